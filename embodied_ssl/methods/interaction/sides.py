"""Sides from which a crop of the table is seen, and what was predicted from them."""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from embodied_ssl.augment import IDENTITY, augment
from embodied_ssl.worlds.tabletop import GRASP_ANGLES


class Side(NamedTuple):
    """How an image is turned."""

    turn: int = 0
    """Counter-clockwise, in bins of the angle of a grasp, after it was mirrored."""
    mirrored: bool = False
    """Left to right."""

    @property
    def radians(self) -> float:
        """The turn."""
        return self.turn * math.pi / GRASP_ANGLES


AS_IT_IS = Side()
QUARTERS = tuple(
    Side(GRASP_ANGLES // 2 * quarter, mirror)
    for quarter, mirror in product(range(4), (False, True))
)
"""The four quarter turns, each with its mirror image: nothing leaves a square crop."""
GRASP_SIDES = tuple(Side(*each) for each in product(range(GRASP_ANGLES), (False, True)))
"""Those from which a grasp has each of its 18 angles."""


def seen_from(
    side: Side, frames: UInt8[Tensor, "N C H W"], size: int
) -> Float[Tensor, "N C size size"]:
    """Images from a side, with values in [0, 1]."""
    turn = torch.full((len(frames),), side.radians)
    mirror = torch.full((len(frames),), side.mirrored)
    return augment(frames, size, IDENTITY, torch.Generator(), turn, mirror)


def turned_back(push: Float[Tensor, "B 5"], side: Side) -> Float[Tensor, "B 5"]:
    """A push in images from a side as it is in those that they were made of.

    Args:
        push: u and v of its start and of its end, v down, -1 to 1 from side to side; and its
            height.
        side: from which it was seen.
    """
    u, v = push[:, :4].unflatten(1, (2, 2)).unbind(2)
    cos, sin = math.cos(side.radians), math.sin(side.radians)
    u, v = cos * u - sin * v, sin * u + cos * v
    ends = torch.stack([-u if side.mirrored else u, v], dim=2)
    return torch.cat([ends.flatten(1), push[:, 4:]], dim=1)
