"""RotNet: tell by how much an image was turned (Gidaris, Singh and Komodakis, ICLR 2018)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.methods.base import Method
from embodied_ssl.trunks import Trunk


class Rotation(Method):
    """Four copies of each image, turned by 0, 90, 180 and 270 degrees; a four-way classifier."""

    @dataclass(frozen=True)
    class Config:
        """Settings of RotNet."""

        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                scale=(0.7, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """Before the turn. The paper only mirrors; cutting out squares widens our few images."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.classify = nn.Linear(trunk.dim, 4)

    def images_per_step(self, batch_size: int) -> int:
        return 4 * batch_size  # all four turns of an image are in one batch, as in the paper

    def loss(self, batch: dict[str, Any], generator: torch.Generator) -> dict[str, Tensor]:
        images = augment(batch["frames"], self.train_size, self.config.augmentation, generator)
        turned = torch.cat([images.rot90(turns, dims=(2, 3)) for turns in range(4)])  # (4B, ...)
        turns = torch.arange(4, device=images.device).repeat_interleave(len(images))
        features = self.trunk(self.trunk.normalize(turned))
        logits = self.classify(features)
        return {
            "loss": F.cross_entropy(logits.float(), turns),
            "accuracy": (logits.argmax(1) == turns).float().mean(),
            "embedding": features[: len(images)],
        }
