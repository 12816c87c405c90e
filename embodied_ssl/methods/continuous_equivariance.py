"""Continuous equivariance: one map M(a) = exp(sum a_k A_k) of the features for any motion a.

Beyond the papers: the maps of motions along one line compose, and each has its inverse, by
construction; no motion is forced into a pattern.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.batches import Batch
from embodied_ssl.methods.pairs import EquivariantMethod
from embodied_ssl.trunks import Trunk


class Continuous(EquivariantMethod):
    """z(ax) = exp(sum a_k A_k) z(x), a the metres ahead and to the left and the radians turned."""

    def __init__(self, trunk: Trunk, config: EquivariantMethod.Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.generators = nn.Parameter(torch.randn(3, trunk.dim, trunk.dim) * 0.01 / trunk.dim**0.5)

    def map(self, motion: Tensor) -> Tensor:
        """M(a), (B, D, D), of motions (B, 3)."""
        with torch.autocast(motion.device.type, enabled=False):
            return torch.matrix_exp(torch.einsum("bk,kij->bij", motion, self.generators))

    def error(self, first: Tensor, second: Tensor, batch: Batch) -> Tensor:
        maps = self.map(batch["motion"])
        right = torch.einsum("bij,bj->bi", maps, first.float())
        # The motion of a pair of another pattern is a wrong one.
        wrong = torch.einsum("bij,bj->bi", maps.roll(1, dims=0), first.float())
        other = (batch["pattern"] != batch["pattern"].roll(1, dims=0)).float()
        near = (right - second).norm(dim=1)
        far = other * F.relu(self.config.margin - (wrong - second).norm(dim=1))
        return (near + far).mean()
