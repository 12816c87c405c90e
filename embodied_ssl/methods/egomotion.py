"""Ego-motion equivariance: features move as the camera does (Jayaraman and Grauman, ICCV 2015)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from embodied_ssl.batches import Batch
from embodied_ssl.losses import equivariance, neighbours_in_time
from embodied_ssl.methods.pairs import PairMethod
from embodied_ssl.trunks import Trunk


class EgoMotion(PairMethod):
    """z(gx) = M_g z(x): one linear map of the features for each pattern of motion."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of EQUIV and, with drlim, of EQUIV+DRLIM."""

        margin: float = 1.0
        """delta: how far the features must be from what the other maps predict."""
        drlim: float = 0.0
        """Weight of DrLIM beside it: EQUIV+DRLIM where it is above zero."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        # At first every map leaves the features as they are.
        self.maps = nn.Parameter(torch.eye(trunk.dim).repeat(config.patterns, 1, 1))  # (G, D, D)

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        first, second = self.embed(batch, generator)
        predicted = torch.einsum("gij,bj->bgi", self.maps, first)
        numbers = {
            "equivariance": equivariance(predicted, second, batch["pattern"], self.config.margin)
        }
        total = numbers["equivariance"]
        if self.config.drlim:
            numbers["drlim"] = neighbours_in_time(first, second, self.config.margin, norm=2)
            total = total + self.config.drlim * numbers["drlim"]
        return {"loss": total, "embedding": first, **numbers}
