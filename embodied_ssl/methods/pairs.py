"""What the methods that learn from a moving camera share: pairs of its frames."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

import torch
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.batches import Batch, Sampler
from embodied_ssl.data import FrameCache
from embodied_ssl.losses import neighbours_in_time
from embodied_ssl.methods.base import Method
from embodied_ssl.pairs import PairSampler


class PairMethod(Method):
    """A method whose sample is two frames of a moving camera.

    Neither frame is cropped, turned or mirrored: that would change the motion between them.
    """

    worlds = ("rooms",)

    @dataclass(frozen=True)
    class Config:
        """Settings of every method that learns from pairs."""

        seconds: float = 1.0
        """Between the two frames, at most."""
        patterns: int = 6
        """G: the motions are clustered into so many patterns."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                (1, 1), 0, 0, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """Of the colours of each frame."""

    def open_sampler(self, cache: FrameCache, batch_size: int, seed: int) -> Sampler:
        return PairSampler(cache, batch_size, seed, self.config.seconds, self.config.patterns)

    def images_per_step(self, batch_size: int) -> int:
        return 2 * batch_size

    def images(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """All first frames, then all second ones, as the trunk wants them, (2B, 3, S, S)."""
        frames = torch.cat([batch["first"], batch["second"]])
        images = augment(frames, self.train_size, self.config.augmentation, generator)
        return self.trunk.normalize(images)

    def embed(self, batch: Batch, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Features of the first and of the second frames, (B, D) each."""
        first, second = self.trunk(self.images(batch, generator)).chunk(2)
        return first, second


class EquivariantMethod(PairMethod):
    """A method that foretells the features after a motion, with DrLIM beside it if asked for."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of every equivariant method."""

        margin: float = 1.0
        """delta: how far the features must be from what the maps of other motions predict."""
        drlim: float = 0.0
        """Weight of DrLIM beside it; for egomotion EQUIV+DRLIM where it is above zero."""

    @abstractmethod
    def error(self, first: Tensor, second: Tensor, batch: Batch) -> Tensor:
        """How far the features (B, D) after the motions are from what those before it predict."""

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        first, second = self.embed(batch, generator)
        numbers = {"equivariance": self.error(first, second, batch)}
        total = numbers["equivariance"]
        if self.config.drlim:
            numbers["drlim"] = neighbours_in_time(first, second, self.config.margin, norm=2)
            total = total + self.config.drlim * numbers["drlim"]
        return {"loss": total, "embedding": first, **numbers}
