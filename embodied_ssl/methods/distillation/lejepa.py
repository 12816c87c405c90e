"""LeJEPA: predicted views, and features that are a standard Gaussian (Balestriero & LeCun 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.bounds import Within
from embodied_ssl.joint_losses import sigreg
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.of_pairs import pair_of
from embodied_ssl.methods.views import ManyCrops, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class LeJEPA(ManyCrops):
    """All crops of an image near their mean, features a standard Gaussian (LeJEPA, 2025).

    No teacher, no stopped gradient, no schedule: one weight says how much the Gaussian counts.
    """

    @dataclass(frozen=True)
    class Config(ManyCrops.Config):
        """Settings of LeJEPA."""

        weight: Annotated[float, Within(0, 1)] = 0.05
        """lambda: of the Gaussian; the prediction has the rest."""
        directions: Annotated[int, Within(1, 1 << 20)] = 512
        """Random directions along which the features are compared with a Gaussian; others in every
        step."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 1024
        """Units of the projection's hidden layer."""
        projection: Annotated[int, Within(2, 1 << 16)] = 64
        """Dimensions of the features that are compared."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``, and ``directions`` (D, M)."""
        shape = (self.config.projection, self.config.directions)
        # The same in every process: they share the characteristic function.
        drawn = torch.randn(shape, generator=torch.Generator().manual_seed(step.number))
        directions = F.normalize(drawn, dim=0).to(pair_of(batch)[0].device)
        return super().prepare(batch, step) | {"directions": directions}

    def loss(self, stages: list[Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        y = [self.trunk.pool(each) for each in stages]
        count = self.config.crops.global_count
        z = self.project(torch.cat(y)).float()
        views = z.unflatten(0, (-1, len(y[0]) // count))  # (V, B, D)
        predicted = (views - views[:count].mean(0)).square().mean()
        gaussian = torch.stack([sigreg(view, batch["directions"]) for view in views]).mean()
        weight = self.config.weight
        return {
            "loss": (1 - weight) * predicted + weight * gaussian,
            "predicted": predicted,
            "gaussian": gaussian,
        } | watched(step, y[0], *views[:2])
