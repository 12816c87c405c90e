"""What a task of The Curious Robot is: images of a batch, a head on the trunk, a loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation
from embodied_ssl.methods.base import Stages
from embodied_ssl.methods.interaction.heads import tap
from embodied_ssl.methods.interaction.sides import AS_IT_IS, Side
from embodied_ssl.sampling import Batch
from embodied_ssl.sampling.interactions import INTERACTIONS
from embodied_ssl.trunks import Trunk


class Task(nn.Module, ABC):
    """What is learned from one interaction.

    Args:
        trunk: that the head branches from.
        width: of the head, as a fraction of the paper's.
    """

    name: ClassVar[str]
    layer: ClassVar[str]
    """Of the paper's root, from which the head branches."""
    sides: ClassVar[tuple[Side, ...]] = (AS_IT_IS,)
    """From which its images tell the same; their mean is the prediction."""

    def __init__(self, trunk: Trunk, width: float):
        super().__init__()
        self.stage = tap(trunk, self.layer)
        self.head = self.open_head(trunk.stage_dims[self.stage], width)

    @property
    def images(self) -> tuple[str, ...]:
        """Columns of a batch that go through the trunk."""
        return INTERACTIONS[self.name].images

    def frames(self, batch: Batch) -> Tensor:
        """Its images in a row, the first of every sample before the second."""
        return torch.cat([batch[column] for column in self.images])

    @abstractmethod
    def open_head(self, inputs: int, width: float) -> nn.Module:
        """The head on a stage of so many channels."""

    @abstractmethod
    def augment(
        self, batch: Batch, size: int, settings: Augmentation, generator: torch.Generator
    ) -> Batch:
        """A new batch with augmented ``images``, and labels that still fit them."""

    @abstractmethod
    def loss(self, stages: Stages, batch: Batch) -> Float[Tensor, ""]:
        """Of the stages of its images."""

    @abstractmethod
    def predict(self, stages: Stages, batch: Batch, side: Side = AS_IT_IS) -> Tensor:
        """What the head predicts of the stages of its images, which are seen from a side; turned
        back to the images as they are."""


def scaled_gradient(x: Tensor, factor: float) -> Tensor:
    """The same values, with ``factor`` of the gradient."""
    return factor * x + (1 - factor) * x.detach()
