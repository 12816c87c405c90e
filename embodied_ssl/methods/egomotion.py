"""Ego-motion equivariance: features move as the camera does (Jayaraman and Grauman, ICCV 2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from embodied_ssl.batches import Batch
from embodied_ssl.losses import equivariance
from embodied_ssl.methods.equivariant import EquivariantMethod
from embodied_ssl.trunks import Trunk


class EgoMotion(EquivariantMethod):
    """z(gx) = M_g z(x): one linear map of the features for each pattern of motion."""

    def __init__(self, trunk: Trunk, config: EquivariantMethod.Config, train_size: int):
        super().__init__(trunk, config, train_size)
        # At first every map leaves the features as they are.
        self.maps = nn.Parameter(torch.eye(trunk.dim).repeat(config.patterns, 1, 1))  # (G, D, D)

    def error(self, first: Tensor, second: Tensor, batch: Batch) -> Tensor:
        predicted = torch.einsum("gij,bj->bgi", self.maps, first)
        return equivariance(predicted, second, batch["pattern"], self.config.margin)

    def foretell(self, features: Tensor, motion: Tensor, pattern: Tensor) -> Tensor:
        return torch.einsum("bij,bj->bi", self.maps[pattern], features)
