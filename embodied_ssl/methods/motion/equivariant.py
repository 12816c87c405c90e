"""What the equivariant methods share: foretold features, DrLIM and a few labels beside them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.sampling.base import Batch, Sampler
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.labelled import LabelledSampler
from embodied_ssl.losses import info_nce, neighbours_in_time, relative_error, unmoved
from embodied_ssl.methods.motion.clsnet import KINDS, labelled_images
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.methods.contrastive.simclr import projection_head
from embodied_ssl.trunks import Trunk

PROJECTION = 128  # dimensions in which InfoNCE compares, as SimCLR does


class EquivariantMethod(PairMethod):
    """A method that foretells the features after a motion.

    Beside it, if asked for, DrLIM, and the joint supervised term of the paper: the classification
    of a few labelled frames by a third tied stack.
    """

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of every equivariant method."""

        margin: float = 1.0
        """delta: how far the features must be from what the maps of other motions predict."""
        still: float = 0.7
        """How far the features must move with the camera: standing still, whose map is the
        identity, is a wrong motion too."""
        relative: float = 1.0
        """Weight of the equivariance error of each pair: how far the features are from what is
        foretold, as a part of how far they moved."""
        drlim: float = 0.0
        """Weight of DrLIM beside it; for egomotion EQUIV+DRLIM where it is above zero."""
        contrast: float = 0.0
        """Weight of InfoNCE beside it: what is foretold has to find the true features among those
        of the batch's other rooms, both projected as in SimCLR."""
        temperature: float = 0.1
        """Of its softmax."""
        supervised: float = 0.0
        """Weight of the classification of labelled frames beside it."""
        labelled: int = 6
        """Labelled frames of each kind of room, where they are used; 0 for all."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        if config.contrast:
            self.project = projection_head(trunk.dim, 2 * trunk.dim, PROJECTION)
        if config.supervised:
            self.classify = nn.Linear(trunk.dim, KINDS)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        pairs = self.pair_sampler(caches["rooms"], batch_size, seed)
        if self.config.contrast and len(set(pairs.room[pairs.pairs.first])) < 2:
            raise UserError("--contrast tells rooms apart, and there is one: leave it out.")
        if not self.config.supervised:
            return pairs
        count = self._labelled(batch_size)
        labelled = LabelledSampler(caches["rooms"], count, seed, self.config.labelled, KINDS)
        return lambda step: pairs(step) | labelled(step)

    def images_per_step(self, batch_size: int) -> int:
        return 2 * batch_size + (self._labelled(batch_size) if self.config.supervised else 0)

    def _labelled(self, batch_size: int) -> int:
        return max(2, batch_size // 2)

    def images(self, batch: Batch, generator: torch.Generator) -> Float[Tensor, "N 3 s s"]:
        pairs = super().images(batch, generator)
        if not self.config.supervised:
            return pairs
        return torch.cat([pairs, labelled_images(self, batch, generator)])

    def loss_of(self, stages: list[Tensor], batch: Batch) -> dict[str, Tensor]:
        outputs = super().loss_of(stages, batch)
        if not self.config.supervised:
            return outputs
        features = stages[-1].mean((2, 3))[2 * len(batch["first"]) :]
        supervised = F.cross_entropy(self.classify(features).float(), batch["kind"])
        total = outputs["loss"] + self.config.supervised * supervised
        return outputs | {"loss": total, "supervised": supervised}

    @abstractmethod
    def error(self, first: Tensor, second: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the features (B, D) before the motions foretell; and how far those after them are
        from it, with the margin's cost of what other motions foretell."""

    @abstractmethod
    def foretell(
        self, features: Float[Tensor, "B D"], motion: Float[Tensor, "B 3"], pattern: Tensor
    ) -> Float[Tensor, "B D"]:
        """The features after motions of these patterns, as the learned maps have them."""

    def pair_loss(self, first: Tensor, second: Tensor, batch: Batch) -> dict[str, Tensor]:
        config = self.config
        foretold, error = self.error(first, second, batch)
        numbers = {
            "equivariance": error,
            "still": unmoved(first, second, config.still),
            "relative": relative_error(first, foretold, second),
        }
        total = numbers["equivariance"] + numbers["still"] + config.relative * numbers["relative"]
        if config.drlim:
            numbers["drlim"] = neighbours_in_time(first, second, config.margin, norm=2)
            total = total + config.drlim * numbers["drlim"]
        if config.contrast:
            seen, found = self.project(torch.cat([foretold, second])).chunk(2)
            numbers["contrast"] = info_nce(seen, found, config.temperature, batch["room"])
            total = total + config.contrast * numbers["contrast"]
        return {"loss": total, **numbers}
