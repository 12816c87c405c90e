"""SwAV: tell the code of one crop from another (Caron et al., NeurIPS 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from embodied_ssl.bounds import Within
from embodied_ssl.joint_losses import sinkhorn, swapped_cross_entropy
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.heads import Prototypes, projection_head
from embodied_ssl.methods.views import ManyCrops, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class SwAV(ManyCrops):
    """The code of each large crop is told from all other crops (SwAV, Caron et al., NeurIPS 2020).

    Codes are soft assignments to prototypes, which Sinkhorn's algorithm makes use all of them
    equally within a batch.
    """

    @dataclass(frozen=True)
    class Config(ManyCrops.Config):
        """Settings of SwAV."""

        prototypes: Annotated[int, Within(2, 1 << 20)] = 512
        """Ours, for small datasets; the paper has 3,000."""
        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        epsilon: Annotated[float, Within(1e-3, 10)] = 0.05
        """Of Sinkhorn's algorithm: the smaller, the harder the codes."""
        frozen: Annotated[float, Within(0, 1)] = 0.01
        """Part of the training in which the prototypes do not learn; the paper's first epoch."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 1024
        """Units of the projection's hidden layer; the paper has 2,048."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which crops meet prototypes."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)
        self.prototypes = Prototypes(config.projection, config.prototypes)

    @property
    def bound_to_budget(self) -> bool:
        return True

    def loss(self, stages: list[Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        settings, count = self.config, self.config.crops.global_count
        y = [self.trunk.pool(each) for each in stages]
        size = len(y[0]) // count
        learn = step.progress >= settings.frozen
        z = self.project(torch.cat(y))
        scores = self.prototypes(z, learn)
        scores = scores.unflatten(0, (-1, size))  # (V, B, K)
        codes = torch.stack([sinkhorn(each, settings.epsilon) for each in scores[:count]])
        loss = swapped_cross_entropy(scores, codes, settings.temperature)
        return {"loss": loss} | watched(step, y[0], *z.split(size)[:2])
