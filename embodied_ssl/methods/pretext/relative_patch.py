"""Context prediction: where is one patch beside another? (Doersch, Gupta and Efros, ICCV 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.sampling import Batch
from embodied_ssl.tiles import cut_tiles, drop_colors, pixelate, project_colors, tile_sizes
from embodied_ssl.trunks import Trunk

GRID = 3
CENTRE = 4
NEIGHBOURS = (0, 1, 2, 3, 5, 6, 7, 8)
TILE_SIDE = 96 / 144
"""Of a cell's side: patches of 96 pixels with gaps of 48, as in the paper."""
JITTER = 7 / 144
"""Of a cell's side, to either side."""


class RelativePatch(Method):
    """The place of a patch beside another, one of eight, classified (Doersch et al., ICCV 2015).

    The patch in the middle is compared with each of its eight neighbours; every patch passes the
    trunk alone, and only a head sees both. Against shortcuts there are gaps, so that no edge goes
    on; jitter, so that no line does; colours by which the lens would be known (its green and
    magenta fall apart towards the border) are dropped or projected away; some patches are coarse.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of context prediction."""

        color: Literal["drop", "project"] = "drop"
        """Against chromatic aberration: drop leaves one channel of three, the others are noise;
        project takes away the axis from green to magenta."""
        pixelated: Annotated[float, Within(0, 1)] = 0.33
        """Part of the patches that are made small and large again, down to 100 pixels."""
        hidden: Annotated[int, Within(2, 1 << 16)] = 512
        """Units of the head that sees two patches; the paper's fc7 has 4,096."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.7, 1.0), flip=0, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """Of the image before it is cut. No mirror images: they change left for right."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.tile_size, self.image_size = tile_sizes(train_size, GRID, TILE_SIDE)
        self.classify = projection_head(2 * trunk.dim, config.hidden, len(NEIGHBOURS))

    @property
    def chance(self) -> dict[str, float]:
        return {"accuracy": 1 / len(NEIGHBOURS)}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (9B, 3, t, t): the patches of one image after the other, row by row."""
        settings, generator = self.config.augmentation, step.generator
        images = augment(batch["frames"], self.image_size, settings, generator)
        jitter = round(JITTER * self.image_size / GRID)
        tiles = cut_tiles(images, GRID, self.tile_size, generator, jitter).flatten(0, 1)
        tiles = pixelate(tiles, self.config.pixelated, generator)
        dropped = self.config.color == "drop"
        tiles = drop_colors(tiles, generator) if dropped else project_colors(tiles)
        return {"images": self.trunk.normalize(tiles)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        z = self.trunk.pool(stages).unflatten(0, (-1, GRID * GRID))  # (B, 9, D)
        around = z[:, NEIGHBOURS]
        pairs = torch.cat([z[:, CENTRE, None].expand_as(around), around], dim=2)  # (B, 8, 2D)
        logits = self.classify(pairs.flatten(0, 1)).float()
        place = torch.arange(len(NEIGHBOURS), device=z.device).repeat(len(z))
        return {
            "loss": F.cross_entropy(logits, place),
            "accuracy": (logits.argmax(1) == place).float().mean(),
        }

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        """Patches and those nearest to them in other frames."""

        def pictures(batch: Batch) -> dict[str, Tensor]:
            z = F.normalize(self.trunk.pool(self.encode(batch)), dim=1)
            similarity = z @ z.T
            frame = torch.arange(len(z), device=z.device) // (GRID * GRID)
            similarity[frame[:, None] == frame] = -2
            images = batch["images"] * self.trunk.std + self.trunk.mean
            middle = torch.arange(CENTRE, len(z), GRID * GRID, device=z.device)
            nearest = similarity[middle].topk(3, dim=1).indices.T
            return {"patch": images[middle]} | {
                f"{place}. neighbour": images[near] for place, near in enumerate(nearest, start=1)
            }

        title = "Patches and their neighbours in other unseen frames"
        return [picture_strips(self, caches, seed, pictures, title)]
