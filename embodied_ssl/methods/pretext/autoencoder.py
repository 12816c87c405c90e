"""An autoencoder: the image again from a few numbers (Hinton and Salakhutdinov, Science 2006)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from embodied_ssl.augment import CROPS, Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import Painter, painted_side, shrunk
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class Autoencoder(Method):
    """The image, painted from a few numbers (autoencoder, Hinton & Salakhutdinov, Science 2006)."""

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the autoencoder."""

        code: Annotated[int, Within(1, 1 << 16)] = 128
        """Numbers from which the image is painted."""
        width: Annotated[int, Within(8, 4096)] = 128
        """Channels of the decoder's first map."""
        augmentation: Augmentation = CROPS
        """Only crops and mirror images."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.side = painted_side(train_size)
        self.code = nn.Linear(trunk.dim, config.code)
        self.paint = Painter(config.code, self.side, config.width)

    @property
    def chance(self) -> dict[str, float]:
        """Of the variance about the mean image nothing is explained."""
        return {"explained": 0.0}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` and the ``target`` (B, 3, s, s), half as large."""
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        return {"images": self.trunk.normalize(images), "target": shrunk(images, self.side)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        painted, target = self.painted(stages), batch["target"]
        error = (painted - target).square().mean()
        variance = (target - target.mean(0)).square().mean()
        return {"loss": error, "explained": 1 - error.detach() / variance}

    def painted(self, stages: Stages) -> Tensor:
        """The images (B, 3, s, s) in [0, 1] again."""
        return self.paint(self.code(self.trunk.pool(stages))).float()

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            return {"true": batch["target"], "painted": self.painted(self.encode(batch))}

        return [picture_strips(self, caches, seed, pictures, "Unseen frames, painted again")]
