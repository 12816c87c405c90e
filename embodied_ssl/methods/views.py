"""Methods that compare several views of each image: two augmentations, or many crops."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.collapse import EMBEDDING_SPREAD, alignment, rank_me, spread, uniformity
from embodied_ssl.crops import MultiCrop, multi_crop
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.of_pairs import OfPairs, pair_of
from embodied_ssl.sampling import Batch


class TwoViews(OfPairs):
    """A method whose batch is the first views of all images, then the second ones."""

    pools_only: ClassVar = True

    @dataclass(frozen=True)
    class Config(OfPairs.Config):
        """What all of them have."""

        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2, blur=0.5)
        )
        """Of each view; the side is the root of the papers' share of the area, 0.2 to 1."""

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (2B, 3, s, s)."""
        frames = torch.cat(pair_of(batch))
        views = augment(frames, self.train_size, self.config.augmentation, step.generator)
        return {"images": self.trunk.normalize(views), "index": batch["index"]}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        return self.view_loss(*self.trunk.pool(stages).chunk(2), batch, step)

    @abstractmethod
    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        """``loss``, what ``watched`` says and what else is worth a curve, from the trunk's features
        (B, D) of both views."""


class ManyCrops(OfPairs):
    """A method whose ``images`` are a batch of large crops and a batch of small ones, of both views
    in turn."""

    pools_only: ClassVar = True

    @dataclass(frozen=True)
    class Config(OfPairs.Config):
        """What all of them have."""

        crops: MultiCrop = field(default_factory=MultiCrop)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        crops = multi_crop(pair_of(batch), self.train_size, self.config.crops, step.generator)
        return {"images": [self.trunk.normalize(each) for each in crops]}


@torch.no_grad()
def watched(
    step: Step, y: Float[Tensor, "N D"], z1: Float[Tensor, "B P"], z2: Float[Tensor, "B P"]
) -> dict[str, Tensor]:
    """What tells a collapse.

    The trunk's features do not tell it alone: BatchNorm keeps them apart when what the loss
    compares has long become one point.

    Args:
        step: says whether all of it is asked for; a decomposition takes as long as a sixth of an
            update of a small trunk.
        y: the trunk's features, of any views.
        z1, z2: what the loss compares, positive pairs in rows of the same number.
    """
    told = {EMBEDDING_SPREAD: torch.minimum(spread(z1), spread(z2))}
    if step.logged:
        told |= {
            "spread": spread(y),
            "rank": rank_me(y - y.mean(0)),
            "alignment": alignment(z1, z2),
            "uniformity": uniformity(torch.cat([z1, z2])),
        }
    return told
