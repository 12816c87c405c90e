"""Temporal coherence: frames close in time have features close in l1 (Mobahi et al., ICML 2009)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from embodied_ssl.bounds import Within
from embodied_ssl.losses import temporal_coherence
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.sampling import Batch


class Temporal(PairMethod):
    """Frames close in time are close in l1, slowness (temporal coherence, Mobahi et al., 2009)."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of temporal coherence."""

        margin: Annotated[float, Within(0, 1e6)] = 1.0
        """How far the features of frames of other moments must be, in l1 per dimension."""

    def pair_loss(self, z1: Tensor, z2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        scale = z1.shape[1] ** -0.5  # a mean over dimensions, of the order of the l2 norm
        loss = temporal_coherence(scale * z1, scale * z2, self.config.margin, norm=1)
        return {"loss": loss}
