"""Bidirectional GAN: an encoder learns to undo a generator (Donahue et al., ICLR 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from embodied_ssl.augment import CROPS, Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.adversarial import (
    Discriminator,
    taken_for_real,
    told_apart,
    without_learning,
)
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import Painter, painted_side, shrunk
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class BiGAN(Method):
    """An encoder that undoes a generator, without having seen it work (BiGAN, ICLR 2017).

    A discriminator sees pairs: an image with its code from the encoder, or a random code with its
    image from the generator. Both want to be taken for the other; then the encoder is the
    generator's inverse.
    """

    recipe: ClassVar[Recipe] = Recipe(
        lr=2e-4, adam_betas=(0.5, 0.999), weight_decay=2.5e-5, warmup=0.0
    )

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the bidirectional GAN."""

        code: Annotated[int, Within(1, 1 << 16)] = 200
        """Numbers in a code, uniform from -1 to 1."""
        width: Annotated[int, Within(8, 4096)] = 128
        """Channels of the generator's first map; the discriminator's are a quarter of it."""
        augmentation: Augmentation = CROPS
        """Only crops and mirror images, as in the paper."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.side = painted_side(train_size)
        self.code = nn.Linear(trunk.dim, config.code)
        self.generate = Painter(config.code, self.side, config.width)
        self.discriminator = Discriminator(config.width // 4, config.code)

    @property
    def chance(self) -> dict[str, float]:
        """Of the variance about the mean image nothing is in the image of a frame's own code."""
        return {"explained": 0.0}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``, the ``target`` (B, 3, s, s), half as large, and random ``codes`` (B, C)."""
        settings, generator = self.config.augmentation, step.generator
        images = augment(batch["frames"], self.train_size, settings, generator)
        codes = 2 * torch.rand((len(images), self.config.code), generator=generator) - 1
        return {
            "images": self.trunk.normalize(images),
            "target": shrunk(images, self.side),
            "codes": codes.to(images.device),
        }

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        target, codes = batch["target"], batch["codes"]
        coded, made = self.code(self.trunk.pool(stages)).float(), self.generate(codes).float()
        judge = self.discriminator
        caught = told_apart(judge(target, coded.detach()), judge(made.detach(), codes))
        generator = taken_for_real(without_learning(judge, made, codes))
        encoder = taken_for_real(-without_learning(judge, target, coded))
        with torch.no_grad():
            error = (self.generate(coded).float() - target).square().mean()
            variance = (target - target.mean(0)).square().mean()
        return {
            "loss": caught + generator + encoder,
            "discriminator": caught,
            "explained": 1 - error / variance,
        }

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            coded = self.code(self.trunk.pool(self.encode(batch)))
            return {
                "true": batch["target"],
                "of its code": self.generate(coded),
                "of a random code": self.generate(batch["codes"]),
            }

        return [picture_strips(self, caches, seed, pictures, "Images of codes")]
