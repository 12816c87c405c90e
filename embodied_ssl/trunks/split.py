"""Two half trunks that look like one (split-brain autoencoders, Zhang et al., CVPR 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.color import rgb_to_lab
from embodied_ssl.trunks.alexnet import AlexNet
from embodied_ssl.trunks.base import Trunk

LIGHTNESS, COLOUR = 50.0, 110.0  # scales of L and of ab


class SplitTrunk(Trunk):
    """Two half AlexNets, one for lightness, one for colour (split-brain, Zhang et al., CVPR 2017).

    The first sees L, the second a and b; stage by stage their channels stand side by side.

    Args:
        width: of both halves together, as a fraction of the paper's.
        fc_dim: units of fc1 and fc2, of both halves together.
        norm: as in AlexNet.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the halves."""

        option = "--trunk."

        width: Annotated[float, Within(0.02, 16)] = 1.0
        """Of both halves together, as a fraction of AlexNet's."""
        fc_dim: Annotated[int, Within(2, 65536)] = 1024
        """Units of fc1 and fc2, of both halves together."""
        norm: Literal["batch", "lrn"] = "batch"
        """BatchNorm, or local response normalisation."""

    def __init__(
        self, width: float = 1.0, fc_dim: int = 1024, norm: Literal["batch", "lrn"] = "batch"
    ):
        super().__init__()
        self.halves = nn.ModuleList(AlexNet(width / 2, fc_dim // 2, norm) for _ in range(2))
        self.stage_names = AlexNet.stage_names
        first, second = (half.stage_dims for half in self.halves)
        self.stage_dims = tuple(a + b for a, b in zip(first, second, strict=True))

    def inputs(self, x: Float[Tensor, "B 3 H W"]) -> list[Float[Tensor, "B 3 H W"]]:
        """What each half sees of normalized images: (L, L, L), and (a, b, 0)."""
        lab = rgb_to_lab((x * self.std + self.mean).clamp(0, 1))
        lightness = (lab[:, :1] / LIGHTNESS - 1).expand(-1, 3, -1, -1)
        colour = torch.cat([lab[:, 1:] / COLOUR, torch.zeros_like(lab[:, :1])], dim=1)
        return [lightness, colour]

    def half_stages(self, x: Float[Tensor, "B 3 H W"]) -> list[list[Tensor]]:
        """The stages of each half."""
        pairs = zip(self.halves, self.inputs(x), strict=True)
        return [half.stages(seen) for half, seen in pairs]

    def stages(self, x: Float[Tensor, "B 3 H W"]) -> list[Tensor]:
        return [torch.cat(both, dim=1) for both in zip(*self.half_stages(x), strict=True)]
