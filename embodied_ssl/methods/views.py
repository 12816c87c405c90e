"""Methods that compare several views of each image: two augmentations, or many crops."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

import torch
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded
from embodied_ssl.collapse import alignment, rank_me, uniformity
from embodied_ssl.crops import MultiCrop, multi_crop
from embodied_ssl.losses import spread
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.sampling import Batch


class TwoViews(Method):
    """A method whose batch is the first views of all images, then the second ones."""

    @dataclass(frozen=True)
    class Config(Bounded):
        """What all of them have."""

        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2, blur=0.5)
        )
        """Of each view; the side is the root of the papers' share of the area, 0.2 to 1."""

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (2B, 3, s, s)."""
        frames = batch["frames"].repeat(2, 1, 1, 1)
        views = augment(frames, self.train_size, self.config.augmentation, step.generator)
        return {"images": self.trunk.normalize(views), "index": batch["index"]}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = self.trunk.pool(stages)
        return self.view_loss(*y.chunk(2), batch, step) | how_spread(y.detach())

    @abstractmethod
    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        """``loss`` and what is worth a curve, from the trunk's features (B, D) of both views."""


class ManyCrops(Method):
    """A method whose ``images`` are a batch of large crops and a batch of small ones."""

    @dataclass(frozen=True)
    class Config(Bounded):
        """What all of them have."""

        crops: MultiCrop = field(default_factory=MultiCrop)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        crops = multi_crop(batch["frames"], self.train_size, self.config.crops, step.generator)
        return {"images": [self.trunk.normalize(each) for each in crops]}


@torch.no_grad()
def how_spread(y: Tensor) -> dict[str, Tensor]:
    """What tells a collapse: of the features (2B, D) of first and second views."""
    return {
        "spread": spread(y),
        "rank": rank_me(y - y.mean(0)),
        "alignment": alignment(*y.chunk(2)),
        "uniformity": uniformity(y),
    }
