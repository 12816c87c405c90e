"""Jigsaw puzzles: tell how the tiles of an image were shuffled (Noroozi & Favaro, ECCV 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.pretext.pictures import picture_strips, stretched
from embodied_ssl.sampling import Batch
from embodied_ssl.tiles import cut_tiles, laid_out, permutation_set, standardized, tile_sizes
from embodied_ssl.trunks import Trunk

GRID = 3
TILES = GRID * GRID
TILE_SIDE = 64 / 75
"""Of a cell's side, as in the paper; the rest is the random gap between neighbours."""


class Jigsaw(Method):
    """The order of an image's nine tiles, classified (Jigsaw, Noroozi & Favaro, ECCV 2016).

    The context-free network: each tile passes the trunk alone, and only a head sees all nine. What
    would tell neighbours without looking at content is taken away: gaps vary, each tile has its own
    mean and standard deviation, and a part of the images is grey.

    Nine tiles cost less than an image of ``train_size``, unless their cells would be too small for
    the trunk: then they are cut from images that are enlarged until tiles of 24 pixels fit. So at
    48 pixels nine tiles cost 2.25 images.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of jigsaw puzzles."""

        permutations: Annotated[int, Within(2, 2000)] = 100
        """Ways to shuffle that are told apart; chance is one of them. The paper has 1,000 at most,
        and 100 are nearly as good."""
        tile_hidden: Annotated[int, Within(1, 1 << 14)] = 128
        """Units in which the head describes each tile; the paper's fc6 has 512."""
        hidden: Annotated[int, Within(1, 1 << 14)] = 512
        """Units of the head that sees all tiles; the paper's fc7 has 4,096."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.7, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02,
                gray=0.3,
            )
        )  # fmt: skip
        """Of the image before it is cut; three of ten are grey, as in the paper."""

    permutations: Tensor
    """(P, 9): place j of the shuffled tiles shows tile ``permutations[p, j]``."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.register_buffer("permutations", permutation_set(config.permutations, TILES, seed=0))
        self.tile_size, self.image_size = tile_sizes(train_size, GRID, TILE_SIDE)
        self.describe = nn.Sequential(nn.Linear(trunk.dim, config.tile_hidden), nn.ReLU())
        self.classify = projection_head(
            TILES * config.tile_hidden, config.hidden, config.permutations
        )

    @property
    def chance(self) -> dict[str, float]:
        return {"accuracy": 1 / len(self.permutations)}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (9B, 3, t, t), the shuffled tiles of one image after the other, and
        ``shuffled`` (B,), by which of the permutations."""
        settings, generator = self.config.augmentation, step.generator
        images = augment(batch["frames"], self.image_size, settings, generator)
        tiles = standardized(cut_tiles(images, GRID, self.tile_size, generator))  # (B, 9, 3, t, t)
        drawn = torch.randint(len(self.permutations), (len(tiles),), generator=generator)
        shuffled = drawn.to(tiles.device)
        order = self.permutations.to(tiles.device)[shuffled]  # (B, 9)
        each = torch.arange(len(tiles), device=tiles.device)[:, None]
        return {"images": tiles[each, order].flatten(0, 1), "shuffled": shuffled}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.classified(stages)
        return {
            "loss": F.cross_entropy(logits, batch["shuffled"]),
            "accuracy": (logits.argmax(1) == batch["shuffled"]).float().mean(),
        }

    def classified(self, stages: Stages) -> Tensor:
        """Logits (B, P) of the permutations."""
        described = self.describe(self.trunk.pool(stages))  # (9B, tile_hidden)
        return self.classify(described.reshape(-1, TILES * described.shape[1])).float()

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            told = self.classified(self.encode(batch)).argmax(1)
            tiles = stretched(batch["images"]).unflatten(0, (-1, TILES))
            each = torch.arange(len(tiles), device=tiles.device)[:, None]
            laid = {"shuffled": tiles}
            for name, by in (("laid out as told", told), ("right", batch["shuffled"])):
                laid[name] = tiles[each, self.permutations[by].argsort(1)]
            return {name: laid_out(tiles, GRID) for name, tiles in laid.items()}

        return [picture_strips(self, caches, seed, pictures, "Puzzles of unseen frames")]
