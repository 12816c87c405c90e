"""DrLIM: neighbours are close in l2, others a margin away (Hadsell et al., CVPR 2006)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from embodied_ssl.sampling.base import Batch
from embodied_ssl.losses import neighbours_in_time
from embodied_ssl.methods.motion.pairs import PairMethod


class DrLIM(PairMethod):
    """Frames at most a second apart are neighbours, frames of other moments are not."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of DrLIM."""

        margin: float = 1.0
        """How far the features of frames of other moments must be."""

    def pair_loss(self, first: Tensor, second: Tensor, batch: Batch) -> dict[str, Tensor]:
        return {"loss": neighbours_in_time(first, second, self.config.margin, norm=2)}
