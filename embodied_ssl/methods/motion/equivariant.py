"""What the equivariant methods share: predicted features, DrLIM and a few labels beside them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import gather
from embodied_ssl.errors import UserError
from embodied_ssl.losses import (
    info_nce,
    minimum_motion_hinge,
    relative_error,
    temporal_coherence,
)
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.motion.clsnet import CATEGORIES, labelled_images
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.labelled import LabelledPairs, LabelledSampler
from embodied_ssl.trunks import Trunk

PROJECTION = 128  # dimensions in which InfoNCE compares, as SimCLR does


class EquivariantMethod(PairMethod):
    """A method that predicts the features after a motion.

    Beside it, if asked for, DrLIM, and the joint supervised term of the paper: the classification
    of a few labelled frames by a third tied stack.
    """

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of every equivariant method."""

        margin: Annotated[float, Within(0, 1e6)] = 1.0
        """delta: how far the features must be from what the maps of other motions predict."""
        min_motion: Annotated[float, Within(0, 1e6)] = 0.7
        """How far the features must move with the camera: the identity, the map of standing still,
        is a wrong motion too."""
        relative: Annotated[float, Within(0, 1e6)] = 1.0
        """Weight of the equivariance error of each pair: how far the features are from the
        predicted ones, as a part of how far they moved."""
        drlim: Annotated[float, Within(0, 1e6)] = 0.0
        """Weight of DrLIM beside it; for egomotion EQUIV+DRLIM where it is above zero."""
        infonce_weight: Annotated[float, Within(0, 1e6)] = 0.0
        """Weight of InfoNCE beside it: the predicted features have to find the true ones among
        those of the batch's other rooms, both projected as in SimCLR."""
        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        """Of its softmax."""
        supervised: Annotated[float, Within(0, 1e6)] = 0.0
        """Weight of the classification of labelled frames beside it."""
        labelled: Annotated[int, Within(0, 1 << 20)] = 6
        """Labelled frames of each category of room, where they are used; 0 for all."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        if config.infonce_weight:
            self.project = projection_head(trunk.dim, 2 * trunk.dim, PROJECTION)
        if config.supervised:
            self.classify = nn.Linear(trunk.dim, CATEGORIES)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        pairs = self.pair_sampler(caches["rooms"], batch_size, seed)
        if self.config.infonce_weight and len(set(pairs.room[pairs.pairs.first])) < 2:
            raise UserError("--infonce-weight tells rooms apart, and there is one: leave it out.")
        if not self.config.supervised:
            return pairs
        count, labels = max(2, batch_size // 2), self.config.labelled
        return LabelledPairs(
            pairs, LabelledSampler(caches["rooms"], count, seed, labels, CATEGORIES)
        )

    def prepare(self, batch: Batch, step: Step) -> Batch:
        prepared = super().prepare(batch, step)
        if not self.config.supervised:
            return prepared
        labelled = labelled_images(self, prepared.pop("labelled"), step)
        return prepared | {"images": torch.cat([prepared["images"], labelled])}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        outputs = super().loss(stages, batch, step)
        if not self.config.supervised:
            return outputs
        features = self.trunk.pool(stages)[2 * len(batch["motion"]) :]
        supervised = F.cross_entropy(self.classify(features).float(), batch["category"])
        total = outputs["loss"] + self.config.supervised * supervised
        return outputs | {"loss": total, "supervised": supervised}

    @abstractmethod
    def error(self, z1: Tensor, z2: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """The features (B, D) after the motions as predicted from those before; and how far the
        true ones are from them, with the margin's cost of what other motions predict."""

    @abstractmethod
    def predict(
        self, features: Float[Tensor, "B D"], motion: Float[Tensor, "B 3"], pattern: Tensor
    ) -> Float[Tensor, "B D"]:
        """The features after motions of these patterns, as the learned maps have them."""

    def pair_loss(self, z1: Tensor, z2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        config = self.config
        predicted, error = self.error(z1, z2, batch)
        numbers = {
            "equivariance": error,
            "min_motion": minimum_motion_hinge(z1, z2, config.min_motion),
            "relative": relative_error(z1, predicted, z2),
        }
        total = numbers["equivariance"] + numbers["min_motion"]
        total = total + config.relative * numbers["relative"]
        if config.drlim:
            numbers["drlim"] = temporal_coherence(z1, z2, config.margin, norm=2)
            total = total + config.drlim * numbers["drlim"]
        if config.infonce_weight:
            query, key = self.project(torch.cat([predicted, z2])).chunk(2)
            room = gather(batch["room"])
            numbers["infonce"] = info_nce(gather(query), gather(key), config.temperature, room)
            total = total + config.infonce_weight * numbers["infonce"]
        return {"loss": total, **numbers}
