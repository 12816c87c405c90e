"""PIRL: an image and its jigsaw puzzle have the same features (Misra & van der Maaten 2020)."""

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
from embodied_ssl.losses import queue_info_nce, spread
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.memory import Bank
from embodied_ssl.methods.pretext.jigsaw import GRID, TILE_SIDE, TILES
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.tiles import cut_tiles, tile_sizes
from embodied_ssl.trunks import Trunk


class PIRL(Method):
    """An image and its shuffled tiles both find its row in a bank (PIRL, CVPR 2020)."""

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of PIRL."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.07
        negatives: Annotated[int, Within(1, 1 << 24)] = 4096
        """Rows of other images that are compared; the paper has 32,000."""
        momentum: Annotated[float, Within(0, 1)] = 0.5
        """Part of a row that stays when its image is seen again."""
        tiles_weight: Annotated[float, Within(0, 1)] = 0.5
        """Of the tiles' loss; the image's has the rest."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which images, tiles and puzzles are compared."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2)
        )

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        dim = config.projection
        self.tile_size, self.image_size = tile_sizes(train_size, GRID, TILE_SIDE)
        self.project = nn.Linear(trunk.dim, dim)
        self.project_tile = nn.Linear(trunk.dim, dim)
        self.project_puzzle = nn.Linear(TILES * dim, dim)
        self.bank = Bank(dim, config.momentum)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        sampler = super().open_sampler(caches, batch_size, seed)
        self.bank.open(sampler.size)
        return sampler

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``: whole ones (B, 3, s, s), and the tiles of each in random order (9B, ...)."""
        settings, generator, frames = self.config.augmentation, step.generator, batch["frames"]
        whole = augment(frames, self.train_size, settings, generator)
        tiles = cut_tiles(augment(frames, self.image_size, settings, generator),
                          GRID, self.tile_size, generator)  # fmt: skip
        order = torch.rand(tiles.shape[:2], generator=generator).argsort(1).to(tiles.device)
        tiles = tiles[torch.arange(len(tiles), device=tiles.device)[:, None], order]
        negatives = self.bank.drawn(self.config.negatives, generator)
        return {
            "images": [self.trunk.normalize(x) for x in (whole, tiles.flatten(0, 1))],
            "index": batch["index"],
            "negatives": negatives.to(whole.device),
        }

    def loss(self, stages: list[Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        whole, tiles = (self.trunk.pool(each) for each in stages)
        image = F.normalize(self.project(whole).float(), dim=1)
        described = self.project_tile(tiles).unflatten(0, (-1, TILES)).flatten(1)
        puzzle = self.project_puzzle(described)
        self.newest = batch["index"], image.detach()  # for after_step
        own, others = (self.bank.values[batch[name]] for name in ("index", "negatives"))
        of_image, of_puzzle = (
            queue_info_nce(z, own, others, self.config.temperature) for z in (image, puzzle)
        )
        weight = self.config.tiles_weight
        return {
            "loss": weight * of_puzzle + (1 - weight) * of_image,
            "spread": spread(whole.detach()),
        }

    def after_step(self, step: Step) -> None:
        self.bank.update(*self.newest)
