"""Counting: the primitives of an image are those of its tiles (Noroozi et al., ICCV 2017)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import shrunk
from embodied_ssl.sampling import Batch
from embodied_ssl.tiles import MIN_TILE, cut_tiles
from embodied_ssl.trunks import Trunk

GRID = 2
TILES = GRID * GRID


class Counting(Method):
    """What an image counts is the sum of what its tiles count (Noroozi et al., ICCV 2017).

    The image made half as large and its four tiles pass the trunk, all of one size. The counts of
    another image shall be at least the margin away, or everything would be counted as nothing. Five
    tiles of half the side cost 1.25 images.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of counting."""

        counts: Annotated[int, Within(1, 1 << 16)] = 256
        """Primitives that are counted; the paper has 1,000."""
        margin: Annotated[float, Within(1e-6, 1e6)] = 10.0
        """M: squared distance of another image's counts."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.7, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02,
                gray=0.66,
            )
        )  # fmt: skip
        """Of the image before it is cut; two of three are grey, as in the paper."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.tile_size = max(train_size // GRID, MIN_TILE)
        self.count = nn.Sequential(nn.Linear(trunk.dim, config.counts), nn.ReLU())

    @property
    def chance(self) -> dict[str, float]:
        """The tiles of an image or those of another: which of them count as much as it?"""
        return {"accuracy": 0.5}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (5B, 3, t, t): whole ones, made smaller, then the four tiles of each."""
        settings, size = self.config.augmentation, self.tile_size
        images = augment(batch["frames"], GRID * size, settings, step.generator)
        tiles = cut_tiles(images, GRID, size, step.generator)
        both = torch.cat([shrunk(images, size), tiles.flatten(0, 1)])
        return {"images": self.trunk.normalize(both)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        counts = self.count(self.trunk.pool(stages)).float()  # (5B, C)
        count = len(counts) // (1 + TILES)
        whole, parts = counts[:count], counts[count:].unflatten(0, (-1, TILES)).sum(1)  # (B, C)
        same = (whole - parts).square().sum(1)
        other = (whole.roll(1, 0) - parts).square().sum(1)
        return {
            "loss": (same + F.relu(self.config.margin - other)).mean(),
            "counted": whole.mean(),
            "accuracy": (same < other).float().mean(),
        }
