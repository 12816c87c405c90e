"""Temporal coherence: frames close in time have features close in l1 (Mobahi et al., ICML 2009)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from embodied_ssl.sampling.base import Batch
from embodied_ssl.losses import neighbours_in_time
from embodied_ssl.methods.motion.pairs import PairMethod


class Temporal(PairMethod):
    """Slowness in l1, with a margin to frames of other moments."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of temporal coherence."""

        margin: float = 1.0
        """How far the features of frames of other moments must be, in l1 per dimension."""

    def pair_loss(self, first: Tensor, second: Tensor, batch: Batch) -> dict[str, Tensor]:
        scale = first.shape[1] ** -0.5  # a mean over dimensions, of the order of the l2 norm
        loss = neighbours_in_time(scale * first, scale * second, self.config.margin, norm=1)
        return {"loss": loss}
