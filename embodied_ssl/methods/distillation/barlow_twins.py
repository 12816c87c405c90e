"""Barlow Twins: no redundancy between features (Zbontar et al., ICML 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.distributed import gather
from embodied_ssl.joint_losses import barlow_twins
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.heads import expander
from embodied_ssl.methods.views import TwoViews, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class BarlowTwins(TwoViews):
    """The cross-correlation of views is made the identity (Barlow Twins, ICML 2021)."""

    @dataclass(frozen=True)
    class Config(TwoViews.Config):
        """Settings of Barlow Twins."""

        redundancy: Annotated[float, Within(0, 1e3)] = 0.005
        """lambda: weight of what is off the diagonal."""
        projection: Annotated[int, Within(2, 1 << 16)] = 1024
        """Features that are decorrelated; the paper has 8,192."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project: nn.Module = expander(trunk.dim, config.projection, config.projection)

    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        z1, z2 = (gather(self.project(y)) for y in (y1, y2))
        loss = barlow_twins(z1, z2, self.config.redundancy)
        return {"loss": loss} | watched(step, torch.cat([y1, y2]), z1, z2)
