"""Brightness: say how light an image is."""

from dataclasses import dataclass

from torch import nn

from embodied_ssl.augment import IDENTITY, augment
from embodied_ssl.methods.base import Method


class Brightness(Method):
    """The mean of the pixels, regressed."""

    @dataclass(frozen=True)
    class Config:
        """Settings of brightness."""

        weight: float = 1.0
        """Of the loss."""

    def __init__(self, trunk, config, train_size):
        super().__init__(trunk, config, train_size)
        self.say = nn.Linear(trunk.dim, 1)

    def prepare(self, batch, step):
        images = augment(batch["frames"], self.train_size, IDENTITY, step.generator)
        return {"images": self.trunk.normalize(images), "mean": images.mean((1, 2, 3))}

    def loss(self, stages, batch, step):
        said = self.say(self.trunk.pool(stages))[:, 0].float()
        return {"loss": self.config.weight * (said - batch["mean"]).pow(2).mean()}
