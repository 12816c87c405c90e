"""SimSiam: predict the other view, whose gradient is stopped (Chen and He, CVPR 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.joint_losses import negative_cosine
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.heads import prediction_head
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.methods.views import TwoViews, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class SimSiam(TwoViews):
    """A prediction of the other view, whose gradient is stopped (SimSiam, Chen & He, CVPR 2021)."""

    recipe: ClassVar[Recipe] = Recipe("sgd", lr=0.05, lr_batch=256, weight_decay=1e-4, warmup=0.0)

    @dataclass(frozen=True)
    class Config(TwoViews.Config):
        """Settings of SimSiam."""

        hidden: Annotated[int, Within(1, 1 << 16)] = 256
        """Units of the prediction's bottleneck; the paper has 512."""
        projection: Annotated[int, Within(2, 1 << 16)] = 1024
        """Dimensions in which views are compared; the paper has 2,048."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        dim = config.projection
        self.project = nn.Sequential(
            nn.Linear(trunk.dim, dim, bias=False), nn.BatchNorm1d(dim), nn.ReLU(),
            nn.Linear(dim, dim, bias=False), nn.BatchNorm1d(dim), nn.ReLU(),
            nn.Linear(dim, dim, bias=False), nn.BatchNorm1d(dim, affine=False),
        )  # fmt: skip
        self.predict = prediction_head(dim, config.hidden)

    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        z1, z2 = self.project(y1), self.project(y2)
        p1, p2 = self.predict(z1), self.predict(z2)
        # Without detach() everything becomes one point.
        loss = negative_cosine(p1, z2.detach()) + negative_cosine(p2, z1.detach())
        return {"loss": loss / 2} | watched(step, torch.cat([y1, y2]), p1, p2)
