"""BYOL: predict what a slow copy makes of the other view (Grill et al., NeurIPS 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.joint_losses import negative_cosine
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.heads import prediction_head, projection_head
from embodied_ssl.methods.momentum import MomentumCopy
from embodied_ssl.methods.views import TwoViews, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.schedules import cosine
from embodied_ssl.trunks import Trunk


class BYOL(TwoViews):
    """A prediction of what a slow copy makes of the other view (BYOL, NeurIPS 2020)."""

    @dataclass(frozen=True)
    class Config(TwoViews.Config):
        """Settings of BYOL."""

        momentum: Annotated[float, Within(0, 1)] = 0.99
        """Part of the weights that the copy keeps in a step; a cosine leads it to 1. The paper has
        0.996 for 1,000 epochs of ImageNet."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 1024
        """Units of the heads' hidden layers; the paper has 4,096."""
        projection: Annotated[int, Within(2, 1 << 16)] = 256
        """Dimensions in which views are compared."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)
        self.predict = prediction_head(config.projection, config.hidden)
        self.target = MomentumCopy(nn.Sequential(trunk, self.project))

    def cost(self, batch: Batch) -> float:
        """Both views pass the trunk and its copy."""
        return 2 * super().cost(batch)

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        return super().loss(stages, batch | {"targets": self.target(batch["images"])}, step)

    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        p1, p2 = (self.predict(self.project(y)) for y in (y1, y2))
        t1, t2 = batch["targets"].chunk(2)
        loss = 4 + 2 * (negative_cosine(p1, t2) + negative_cosine(p2, t1))
        return {"loss": loss} | watched(step, torch.cat([y1, y2]), p1, p2)

    @property
    def bound_to_budget(self) -> bool:
        return True

    def after_step(self, step: Step) -> None:
        momentum = cosine(self.config.momentum, 1.0, step.progress)
        self.target.update(nn.Sequential(self.trunk, self.project), momentum)
