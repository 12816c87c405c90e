"""SimCLR: two augmentations of an image find each other (Chen et al., ICML 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.losses import nt_xent
from embodied_ssl.methods.base import Method
from embodied_ssl.trunks import Trunk


class SimCLR(Method):
    """Crops and colours drawn twice for each image; NT-Xent on a two-layer projection."""

    @dataclass(frozen=True)
    class Config:
        """Settings of SimCLR; small-scale values where the paper's are for ImageNet."""

        temperature: float = 0.2
        """Of the softmax; the paper has 0.1 for ImageNet and 0.5 for CIFAR-10."""
        hidden: int = 1024
        """Units of the projection's hidden layer."""
        projection: int = 128
        """Dimensions in which views are compared."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(scale=(0.3, 1.0), gray=0.2)
        )
        """Of each view."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)

    def images_per_step(self, batch_size: int) -> int:
        return 2 * batch_size

    def loss(self, batch: dict[str, Any], generator: torch.Generator) -> dict[str, Tensor]:
        frames = batch["frames"].repeat(2, 1, 1, 1)  # both views of all images
        views = augment(frames, self.train_size, self.config.augmentation, generator)
        features = self.trunk(self.trunk.normalize(views))  # (2B, D)
        first, second = self.project(features).chunk(2)
        return {
            "loss": nt_xent(first, second, self.config.temperature),
            "embedding": features.chunk(2)[0],
        }


def projection_head(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Linear, BatchNorm, ReLU, linear."""
    return nn.Sequential(
        nn.Linear(inputs, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )
