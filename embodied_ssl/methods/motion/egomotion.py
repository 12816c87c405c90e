"""Ego-motion equivariance: features move as the camera does (Jayaraman and Grauman, ICCV 2015)."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from embodied_ssl.losses import equivariance
from embodied_ssl.methods.motion.equivariant import EquivariantMethod
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class EgoMotion(EquivariantMethod):
    """z(gx) = M_g z(x), one map for each motion pattern (EQUIV, Jayaraman and Grauman, 2015)."""

    def __init__(self, trunk: Trunk, config: EquivariantMethod.Config, train_size: int):
        super().__init__(trunk, config, train_size)
        # At first every map leaves the features as they are.
        self.maps = nn.Parameter(torch.eye(trunk.dim).repeat(config.patterns, 1, 1))  # (G, D, D)

    def predictions(self, features: Float[Tensor, "B D"]) -> Float[Tensor, "B G D"]:
        """M_g z for every pattern."""
        patterns = len(self.maps)
        return float32_product(features, self.maps.flatten(0, 1).T).unflatten(1, (patterns, -1))

    def error(self, z1: Tensor, z2: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        predicted, pattern = self.predictions(z1), batch["pattern"]
        error = equivariance(predicted, z2, pattern, self.config.margin)
        return of_pattern(predicted, pattern), error

    def predict(self, features: Tensor, motion: Tensor, pattern: Tensor) -> Tensor:
        return of_pattern(self.predictions(features), pattern)


def of_pattern(
    predicted: Float[Tensor, "B G D"], pattern: Int[Tensor, " B"]
) -> Float[Tensor, "B D"]:
    """Of the predictions of all patterns that of one, for each row."""
    return predicted[torch.arange(len(predicted), device=predicted.device), pattern]
