"""SimCLR: two augmentations of an image find each other (Chen et al., ICML 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import torch
from torch import Tensor

from embodied_ssl.augment import Augmentation
from embodied_ssl.bounds import Within
from embodied_ssl.distributed import gather
from embodied_ssl.losses import nt_xent
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.temperature import check_highest, temperature_at
from embodied_ssl.methods.views import TwoViews, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class SimCLR(TwoViews):
    """Two augmentations of an image find each other (SimCLR, Chen et al., ICML 2020)."""

    @dataclass(frozen=True)
    class Config(TwoViews.Config):
        """Settings of SimCLR; small-scale values where the paper's are for ImageNet."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.2
        """Of the softmax; the paper has 0.1 for ImageNet and 0.5 for CIFAR-10."""
        highest_temperature: Annotated[float | None, Within(1e-3, 10)] = None
        """Where a cosine leads the temperature, and back to it (Kukleva et al., ICLR 2023): low
        ones tell instances apart, high ones groups. By default it stays."""
        temperature_periods: Annotated[int, Within(1, 100_000)] = 5
        """How many times in a training."""
        hidden: Annotated[int, Within(1, 1 << 14)] = 1024
        """Units of the projection's hidden layer."""
        projection: Annotated[int, Within(2, 1024)] = 128
        """Dimensions in which views are compared."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.3, 1.0), gray=0.2)
        )
        """Of each view."""

        def __post_init__(self) -> None:
            super().__post_init__()
            check_highest(self.temperature, self.highest_temperature)

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)

    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = torch.cat([y1, y2])
        z1, z2 = (gather(z) for z in self.project(y).chunk(2))
        temperature = temperature_at(self.config, step.progress)
        return {"loss": nt_xent(z1, z2, temperature)} | watched(step, y, z1, z2)

    @property
    def bound_to_budget(self) -> bool:
        return self.config.highest_temperature is not None
