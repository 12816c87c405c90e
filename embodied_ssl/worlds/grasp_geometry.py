"""Where the fingers are in the picture of a grasp, in per cent of its sides."""

from __future__ import annotations

import numpy as np

from embodied_ssl.worlds.tabletop import GRASP_ANGLES

JAW = 0.08  # m between the open fingers
FINGER = 9  # per cent, half of how long one is drawn

Segment = tuple[float, float, float, float]
"""From x, y to x, y."""


def fingers(angle: int, crop_width: float) -> tuple[list[Segment], Segment]:
    """The two fingers, and the line along which they close through the middle.

    Args:
        angle: of closing, in bins.
        crop_width: metres across the picture.
    """
    turn = np.pi * angle / GRASP_ANGLES
    half = 50 * JAW / crop_width
    closing = np.array([np.cos(turn), -np.sin(turn)])  # image rows run downwards
    across = FINGER * np.array([closing[1], -closing[0]])
    middles = (50 + side * half * closing for side in (1, -1))
    each = [(*(middle - across).tolist(), *(middle + across).tolist()) for middle in middles]
    return each, (*(50 - half * closing).tolist(), *(50 + half * closing).tolist())
