"""SwAV: tell the code of one crop from another (Caron et al., NeurIPS 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.crops import MultiCrop, multi_crop
from embodied_ssl.joint_losses import cross_entropy_of, sinkhorn
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.heads import Prototypes, projection_head
from embodied_ssl.methods.views import how_spread
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class SwAV(Method):
    """The code of each large crop is told from all other crops (SwAV, Caron et al., NeurIPS 2020).

    Codes are soft assignments to prototypes, which Sinkhorn's algorithm makes use all of them
    equally within a batch.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
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
        crops: MultiCrop = field(default_factory=MultiCrop)

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)
        self.prototypes = Prototypes(config.projection, config.prototypes)

    @property
    def bound_to_budget(self) -> bool:
        return True

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``: a batch of large crops, a batch of small ones."""
        crops = multi_crop(batch["frames"], self.train_size, self.config.crops, step.generator)
        return {"images": [self.trunk.normalize(each) for each in crops]}

    def loss(self, stages: list[Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        settings, count = self.config, self.config.crops.global_count
        y = [self.trunk.pool(each) for each in stages]
        z = F.normalize(self.project(torch.cat(y)).float(), dim=1)
        prototypes = self.prototypes.weight
        if step.progress < settings.frozen:
            prototypes = prototypes.detach()
        scores = z @ F.normalize(prototypes.float(), dim=1).T
        scores = scores.unflatten(0, (-1, len(y[0]) // count))  # (V, B, K)
        losses = []
        for crop in range(count):
            codes = sinkhorn(scores[crop], settings.epsilon)
            losses += [
                cross_entropy_of(scores[view], codes, settings.temperature)
                for view in range(len(scores))
                if view != crop
            ]
        return {"loss": torch.stack(losses).mean()} | how_spread(y[0].detach())
