"""Heads that methods share."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.products import float32_product


def projection_head(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Linear, BatchNorm, ReLU, linear."""
    return nn.Sequential(
        nn.Linear(inputs, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )


def prediction_head(dim: int, hidden: int) -> nn.Sequential:
    """From the projection of one view to that of another, as in BYOL and SimSiam."""
    return projection_head(dim, hidden, dim)


class Prototypes(nn.Linear):
    """The cosine between features and each of some learned directions.

    Args:
        dim: D, numbers in the features.
        count: K, of the directions.
    """

    def __init__(self, dim: int, count: int):
        super().__init__(dim, count, bias=False)

    def forward(self, features: Float[Tensor, "N D"], learn: bool = True) -> Float[Tensor, "N K"]:
        """The cosines in float32; unless they ``learn``, no gradients reach the directions."""
        weight = self.weight if learn else self.weight.detach()
        features, weight = (F.normalize(x.float(), dim=1) for x in (features, weight))
        return float32_product(features, weight.T)


def expander(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Three linear layers with BatchNorm and ReLU between them, as in Barlow Twins and VICReg."""
    return nn.Sequential(
        nn.Linear(inputs, hidden, bias=False),
        nn.BatchNorm1d(hidden),
        nn.ReLU(),
        projection_head(hidden, hidden, outputs),
    )
