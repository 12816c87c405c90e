"""What a method is: modules of its own around the shared trunk, and a loss."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from embodied_ssl.batches import FrameSampler, Sampler
from embodied_ssl.data import FrameCache
from embodied_ssl.trunks import Trunk


class Method(nn.Module):
    """A way to train a trunk without labels.

    A new method is one file with a class like this and one line in ``METHODS``. Unless it opens a
    sampler of its own it eats single frames. It says how many images of a batch go through the
    trunk, because methods are compared under the same budget of images.

    Args:
        trunk: what is trained.
        config: the method's settings.
        train_size: side, in pixels, of the images that the method cuts out of the frames.
    """

    worlds: ClassVar[tuple[str, ...]] = ("tabletop", "rooms")
    """Where data for it can be collected."""
    all_worlds: ClassVar[bool] = False
    """Whether it needs data from every one of them, or from any."""

    @dataclass(frozen=True)
    class Config:
        """The method's settings, each with a line of explanation."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__()
        self.trunk = trunk
        self.config = config
        self.train_size = train_size

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        """What gathers the batches; ``caches`` are the datasets by the world they come from."""
        return FrameSampler(caches.values(), batch_size, seed)

    @abstractmethod
    def images_per_step(self, batch_size: int) -> int:
        """How many images go through the trunk in a step."""

    @abstractmethod
    def loss(self, batch: dict[str, Any], generator: torch.Generator) -> dict[str, Tensor]:
        """``loss`` to descend, ``embedding`` (B, D) of the images, and numbers worth a curve."""

    def forward(self, batch: dict[str, Any], generator: torch.Generator) -> dict[str, Tensor]:
        """The same as ``loss``, for wrappers that hook into calls."""
        return self.loss(batch, generator)

    def after_step(self) -> None:
        """What follows an update of the weights: momentum encoders, centres, queues."""
