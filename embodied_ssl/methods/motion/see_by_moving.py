"""LSM: tell from two frames how the camera moved (Agrawal et al., ICCV 2015)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk

AXES = ("ahead", "aside", "turn")


class SeeByMoving(PairMethod):
    """The camera's motion between two frames, classified (LSM, Agrawal et al., ICCV 2015)."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of learning to see by moving."""

        seconds: Annotated[float, Within(0.01, 60)] = 0.7
        """Between the two frames, at most; the paper has seven frames."""
        bins: Annotated[int, Within(2, 1024)] = 20
        """Of each axis."""
        reach: Annotated[tuple[float, float, float], Within(1e-3, 1e4)] = (0.8, 0.3, 1.2)
        """Metres ahead, metres aside and radians that the bins cover to either side."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        bins = len(AXES) * config.bins
        self.top = nn.Sequential(nn.Linear(2 * trunk.dim, 500), nn.ReLU(), nn.Linear(500, bins))

    def binned(self, motion: Tensor) -> Tensor:
        """(B, 3) the bin of every axis; what is beyond the reach is in the outermost."""
        reach = motion.new_tensor(self.config.reach)
        part = (motion / reach + 1) / 2  # 0 to 1
        return (part * self.config.bins).long().clamp(0, self.config.bins - 1)

    def pair_loss(self, z1: Tensor, z2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.top(torch.cat([z1, z2], dim=1)).float()
        logits = logits.unflatten(1, (len(AXES), self.config.bins))
        truth = self.binned(batch["motion"])
        losses = {axis: F.cross_entropy(logits[:, i], truth[:, i]) for i, axis in enumerate(AXES)}
        return {"loss": sum(losses.values()), **losses}
