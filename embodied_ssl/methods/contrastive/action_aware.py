"""Views that find each other, and the action between them told (after AA-SSL, ECCV 2024)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.bounds import Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import gather
from embodied_ssl.losses import info_nce
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.methods.motion.view_prediction import REACH
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.actions import NUMBERS, ActionSampler
from embodied_ssl.trunks import Trunk


class ActionAware(PairMethod):
    """Two views find each other, and a head tells the action between them (AA-SSL, ECCV 2024).

    Invariance forgets how the views differ; the head keeps that in the features. The action is the
    camera's motion in rooms or round an object, or a push.
    """

    worlds = ("rooms", "tabletop", "turntable")

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of action-aware views."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        """Of the softmax over the batch's views."""
        action: Annotated[float, Within(0, 1e6)] = 1.0
        """Weight of the action's squared error, in units of its usual reach."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 512
        """Units of the heads' hidden layers."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which views are compared."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)
        self.tell = projection_head(2 * trunk.dim, config.hidden, NUMBERS)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        def rooms(cache: FrameCache, count: int) -> Sampler:
            return InReach(self.pair_sampler(cache, count, seed))

        return ActionSampler(caches, batch_size, seed, self.config.augmentation.flip, rooms)

    def pair_loss(self, z1: Tensor, z2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        p1, p2 = (gather(self.project(z)) for z in (z1, z2))
        views = info_nce(p1, p2, self.config.temperature)
        told = self.tell(torch.cat([z1, z2], dim=1)).float()
        motion, known = batch["motion"].float(), batch["known"]
        action = F.mse_loss(told[known], motion[known])
        return {
            "loss": views + self.config.action * action,
            "views": views,
            "explained": 1 - action.detach() / _variance(motion, known),
        } | watched(step, torch.cat([z1, z2]), p1, p2)


class InReach:
    """Pairs of frames of rooms with motions in units of their usual reach.

    Args:
        sampler: of the pairs.
    """

    def __init__(self, sampler: Sampler):
        self.sampler, self.size = sampler, sampler.size

    def __call__(self, number: int) -> Batch:
        batch = self.sampler(number)
        return batch | {"motion": batch["motion"] / batch["motion"].new_tensor(REACH)}


def _variance(motion: Tensor, known: Tensor) -> Tensor:
    """Of the known numbers of actions about the mean of each."""
    count = known.sum(0).clamp(min=1)
    mean = motion.where(known, 0).sum(0) / count
    return (motion - mean)[known].square().mean()
