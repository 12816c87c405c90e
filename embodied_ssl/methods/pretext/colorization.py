"""Colorful image colorization (Zhang, Isola and Efros, ECCV 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from embodied_ssl.augment import CROPS, Augmentation
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.color import lab_to_rgb
from embodied_ssl.color_bins import (
    ab_bins,
    annealed_mean,
    rarity_weights,
    soft_cross_entropy,
    soft_encode,
)
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.decoders import MapHead, shrunk
from embodied_ssl.methods.pretext.colors_from_grey import ColorsFromGrey
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk

SCALE = 8
"""Pixels of the image for one of the coloured map, along each side; the paper has 4."""


class Colorization(ColorsFromGrey):
    """The colours of a grey image, classified in bins (Colorization, Zhang et al., ECCV 2016).

    The trunk sees lightness; for every place a head tells a distribution over the bins of the ab
    plane. True colours are divided among their nearest bins, and rare bins count more.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of colorization."""

        hidden: Annotated[int, Within(2, 4096)] = 128
        """Channels of the head."""
        augmentation: Augmentation = CROPS
        """Only crops and mirror images, as in the paper."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        bins = len(ab_bins())
        self.side = max(train_size // SCALE, 1)
        self.color = MapHead(trunk, train_size, bins, self.side, config.hidden)

    @property
    def chance(self) -> dict[str, float]:
        """Who knows the colours of a batch, but not where they are, gains nothing."""
        return {"gain": 0.0}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``, grey; ``lightness`` (B, 1, g, g) and ``ab`` (B, 2, g, g) of the map."""
        images, lab = self.grey_and_lab(batch, step)
        small = shrunk(lab, self.side)
        return {
            "images": images,
            "lightness": small[:, :1],
            "ab": small[:, 1:],
        }

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.color(stages[self.color.stage], self.trunk.pool(stages)).float()
        target, seen = soft_encode(batch["ab"]), self.distribution
        weights = rarity_weights(seen)
        loss = soft_cross_entropy(logits, target, weights)
        # The best that can be said of every place alike, for one who knows the batch's colours.
        counted = weights[target.argmax(1)][:, None] * target
        alike = counted.mean((0, 2, 3)).log().clamp(min=-20)[:, None, None].expand_as(logits)
        return {
            "loss": loss,
            "nll": soft_cross_entropy(logits, target, torch.ones_like(seen)),
            "gain": soft_cross_entropy(alike, target, weights) - loss.detach(),
        }

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            stages = self.encode(batch)
            ab = annealed_mean(self.color(stages[self.color.stage], self.trunk.pool(stages)))
            seen = batch["images"] * self.trunk.std + self.trunk.mean  # (B, 3, s, s)
            return {
                "seen": seen,
                "coloured": colored(seen[:, :1], ab),
                "true": colored(seen[:, :1], batch["ab"]),
            }

        return [picture_strips(self, caches, seed, pictures, "Colours of unseen frames")]


def colored(lightness: Tensor, ab: Tensor) -> Tensor:
    """Images (B, 3, s, s) in [0, 1] of a lightness (B, 1, s, s) in [0, 1] and smaller maps of
    colour (B, 2, g, g)."""
    size = lightness.shape[-2:]
    full = torch.nn.functional.interpolate(ab, size=size, mode="bilinear", align_corners=False)
    return lab_to_rgb(torch.cat([100 * lightness, full], dim=1))
