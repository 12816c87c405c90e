"""Where the angle of a grasp goes when its image turns."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from embodied_ssl.worlds.tabletop import GRASP_ANGLES


def turned_angle(
    angle: Int[Tensor, " B"], turn: Int[Tensor, " B"], flip: Bool[Tensor, " B"]
) -> Int[Tensor, " B"]:
    """Bins of grasp angles after the image was mirrored left to right, then turned.

    Args:
        angle: bins of 10 degrees, counter-clockwise from the image's u axis.
        turn: counter-clockwise turns in bins.
        flip: whether each image was mirrored.
    """
    mirrored = torch.where(flip.to(angle.device), -angle, angle)
    return (mirrored + turn.to(angle.device)) % GRASP_ANGLES
