"""DrLIM: neighbours are close in l2, others a margin away (Hadsell et al., CVPR 2006)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from embodied_ssl.bounds import Within
from embodied_ssl.losses import temporal_coherence
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.sampling import Batch


class DrLIM(PairMethod):
    """Frames close in time are close in l2, others a margin away (DrLIM, Hadsell et al., 2006)."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of DrLIM."""

        margin: Annotated[float, Within(0, 1e6)] = 1.0
        """How far the features of frames of other moments must be."""

    def pair_loss(self, z1: Tensor, z2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        return {"loss": temporal_coherence(z1, z2, self.config.margin, norm=2)}
