"""Context encoders: paint the region that was taken out (Pathak et al., CVPR 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch
from torch import Tensor

from embodied_ssl.augment import CROPS, Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.masks import centre_region, eroded, random_region
from embodied_ssl.methods.adversarial import (
    Discriminator,
    taken_for_real,
    told_apart,
    without_learning,
)
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import Painter, painted_side, shrunk
from embodied_ssl.methods.param_groups import set_apart
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk

COVERED = 0.25
"""Of an image, by a random region as by the central one."""
OVERLAP = 4 / 128
"""Of the image's side: a band along the region's edge that the trunk sees and that counts more."""


class Inpainting(Method):
    """The region taken out of an image, painted (Context Encoders, Pathak et al., CVPR 2016).

    Squared error makes the whole plausible, an adversary sharp. The region is filled with the mean;
    a band along its inner edge stays visible, and there errors count tenfold, so that what is
    painted goes on what is around.
    """

    recipe: ClassVar[Recipe] = Recipe(lr=2e-3, adam_betas=(0.5, 0.98))

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of context encoders."""

        region: Literal["centre", "random"] = "random"
        """What is taken out: the middle square, or a shape of its own of each image."""
        adversarial: Annotated[float, Within(0, 1)] = 0.001
        """Weight of the adversary; the squared error has the rest."""
        overlap_weight: Annotated[float, Within(0, 1e4)] = 10.0
        """Of an error in the visible band."""
        width: Annotated[int, Within(8, 4096)] = 128
        """Channels of the decoder's first map."""
        augmentation: Augmentation = CROPS
        """Only crops and mirror images, as in the paper."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.side = painted_side(train_size)
        self.paint = Painter(trunk.dim, self.side, config.width)
        self.discriminator = Discriminator(config.width // 4)

    @property
    def chance(self) -> dict[str, float]:
        """Of the variance in the region nothing is explained."""
        return {"explained": 0.0}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` with a hole, ``target`` (B, 3, s, s) without one, ``region`` and the ``hole``
        in it (B, 1, s, s)."""
        settings, generator, side = self.config.augmentation, step.generator, self.train_size
        images = augment(batch["frames"], side, settings, generator)
        centre = self.config.region == "centre"
        region = (
            centre_region(len(images), side)
            if centre
            else random_region(len(images), side, COVERED, generator)
        ).to(images.device)
        hole = eroded(region, max(round(OVERLAP * side), 1))
        mean = self.trunk.mean.expand_as(images)
        target, region_small, hole_small = (shrunk(x, self.side) for x in (images, region, hole))
        return {
            "images": self.trunk.normalize(torch.where(hole > 0, mean, images)),
            "target": target,
            "region": region_small,
            "hole": hole_small,
        }

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        painted = self.paint(self.trunk.pool(stages)).float()
        target, region, hole = batch["target"], batch["region"], batch["hole"]
        weight = hole + self.config.overlap_weight * (region - hole)
        error = (painted - target).square()
        l2 = (weight * error).sum() / (3 * weight.sum())
        filled = target + region * (painted - target)
        fooled = taken_for_real(without_learning(self.discriminator, filled))
        caught = told_apart(self.discriminator(target), self.discriminator(filled.detach()))
        share = self.config.adversarial
        return {
            "loss": (1 - share) * l2 + share * fooled + caught,
            "l2": l2,
            "discriminator": caught,
            "explained": 1 - (hole * error).sum() / (hole * _from_mean(target, hole)).sum(),
        }

    def param_groups(self) -> list[dict[str, Any]]:
        """The discriminator learns a tenth as fast, as in the paper."""
        return set_apart(super().param_groups(), self.discriminator.parameters(), lr_scale=0.1)

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            painted = self.paint(self.trunk.pool(self.encode(batch))).float()
            target, region, hole = batch["target"], batch["region"], batch["hole"]
            seen = target + hole * (self.trunk.mean - target)
            return {"seen": seen, "painted": target + region * (painted - target), "true": target}

        return [picture_strips(self, caches, seed, pictures, "Regions painted in unseen frames")]


def _from_mean(target: Tensor, hole: Tensor) -> Tensor:
    """Squared differences from the mean colour of each image's hole."""
    mean = (hole * target).sum((2, 3), keepdim=True) / hole.sum((2, 3), keepdim=True)
    return (target - mean).square()
