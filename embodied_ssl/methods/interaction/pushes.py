"""Pushes in bins: where in the image a push begins, which way it goes and how far."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

Bins = dict[str, Int[Tensor, " B"]]
"""``place``, ``angle`` and ``length`` of pushes, in this order."""


@dataclass(frozen=True)
class PushBins:
    """The bins of pushes, whose ends are u to the right and v down, -1 to 1 from side to side.

    Args:
        grid: cells along each side of the image; a place is counted row by row.
        angles: bins of the whole circle, counter-clockwise from the u axis.
        lengths: bins from 0 to the longest.
        longest: length that they cover, in half sides of the image.
    """

    grid: int
    angles: int
    lengths: int
    longest: float

    @property
    def counts(self) -> dict[str, int]:
        """How many bins each number has."""
        return {"place": self.grid**2, "angle": self.angles, "length": self.lengths}

    def of(self, ends: Float[Tensor, "B 2 2"]) -> Bins:
        """The bins of the start and the end of pushes. A start beyond the border is in the
        outermost cell, a push beyond the longest in the last bin."""
        start, way = ends[:, 0], ends[:, 1] - ends[:, 0]
        column, row = _bin((start + 1) / 2, self.grid).unbind(1)
        turns = torch.atan2(-way[:, 1], way[:, 0]) / (2 * math.pi)
        length = way.square().sum(1).sqrt()
        return {
            "place": row * self.grid + column,
            "angle": _bin(turns % 1, self.angles),
            "length": _bin(length / self.longest, self.lengths),
        }

    def ends(self, bins: Bins) -> Float[Tensor, "B 2 2"]:
        """Start and end of the push in the middle of each bin."""
        row, column = bins["place"] // self.grid, bins["place"] % self.grid
        start = (torch.stack([column, row], dim=1) + 0.5) * 2 / self.grid - 1
        radians = (bins["angle"] + 0.5) * (2 * math.pi / self.angles)
        length = (bins["length"] + 0.5) * (self.longest / self.lengths)
        way = length[:, None] * torch.stack([radians.cos(), -radians.sin()], dim=1)
        return torch.stack([start, start + way], dim=1)


def _bin(part: Tensor, count: int) -> Tensor:
    """The bin of numbers from 0 to 1."""
    return (part * count).floor().long().clamp(0, count - 1)
