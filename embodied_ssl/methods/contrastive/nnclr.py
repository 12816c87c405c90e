"""NNCLR: the positive is a neighbour from the past (Dwibedi et al., ICCV 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.bounds import Within
from embodied_ssl.distributed import gather
from embodied_ssl.losses import info_nce
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.heads import expander, prediction_head
from embodied_ssl.methods.memory import Queue
from embodied_ssl.methods.views import TwoViews, watched
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class NNCLR(TwoViews):
    """A view finds the nearest neighbour that the other one has in a queue (NNCLR, ICCV 2021)."""

    @dataclass(frozen=True)
    class Config(TwoViews.Config):
        """Settings of NNCLR."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        queue: Annotated[int, Within(1, 1 << 24)] = 4096
        """Features of earlier steps; the paper has 98,304 for ImageNet."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 1024
        """Units of the prediction's hidden layer; the paper has 4,096."""
        projection: Annotated[int, Within(2, 1 << 16)] = 256
        """Dimensions in which views are compared."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = expander(trunk.dim, config.projection, config.projection)
        self.predict = prediction_head(config.projection, config.hidden)
        self.queue = Queue(config.projection, config.queue)

    def view_loss(self, y1: Tensor, y2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        z1, z2 = (F.normalize(self.project(y).float(), dim=1) for y in (y1, y2))
        p1, p2 = self.predict(z1), self.predict(z2)
        self.newest = z1.detach()  # for after_step
        losses = [
            info_nce(gather(self.neighbours(z)), gather(p), self.config.temperature)
            for z, p in ((z1, p2), (z2, p1))
        ]
        return {"loss": sum(losses) / 2} | watched(step, torch.cat([y1, y2]), z1, z2)

    @torch.no_grad()
    def neighbours(self, z: Tensor) -> Tensor:
        """The nearest feature in the queue of each of (B, D)."""
        return self.queue.keys[float32_product(z, self.queue.keys.T).argmax(1)]

    def after_step(self, step: Step) -> None:
        self.queue.enqueue(self.newest)
