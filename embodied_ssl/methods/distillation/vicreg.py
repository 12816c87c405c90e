"""VICReg: variance, invariance and covariance of features (Bardes et al., ICLR 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.distributed import gather
from embodied_ssl.joint_losses import vicreg
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.heads import expander
from embodied_ssl.methods.views import TwoViews, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class VICReg(TwoViews):
    """Views alike, features spread and decorrelated (VICReg, Bardes et al., ICLR 2022)."""

    @dataclass(frozen=True)
    class Config(TwoViews.Config):
        """Settings of VICReg."""

        invariance: Annotated[float, Within(0, 1e6)] = 25.0
        """lambda: weight of the views' distance."""
        variance: Annotated[float, Within(0, 1e6)] = 25.0
        """mu: weight of the hinge on every feature's standard deviation."""
        covariance: Annotated[float, Within(0, 1e6)] = 1.0
        """nu: weight of the features' covariances."""
        projection: Annotated[int, Within(2, 1 << 16)] = 1024
        """Features that are regularised; the paper has 8,192."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project: nn.Module = expander(trunk.dim, config.projection, config.projection)

    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        z1, z2 = (gather(self.project(y)) for y in (y1, y2))
        settings = self.config
        weights = settings.invariance, settings.variance, settings.covariance
        return {"loss": vicreg(z1, z2, *weights)} | watched(step, torch.cat([y1, y2]), z1, z2)
