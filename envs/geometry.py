"""Vectors, rotations and angles that several modules share."""

from __future__ import annotations

import numpy as np

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
"""(x, y, z, w), as Bullet has it."""


def yaw_quaternion(yaw: float) -> Quaternion:
    """The rotation by ``yaw`` radians, counter-clockwise about the z axis."""
    return 0.0, 0.0, float(np.sin(yaw / 2)), float(np.cos(yaw / 2))


def wrapped(angle: float) -> float:
    """The same angle between -pi and pi, radians."""
    return (angle + np.pi) % (2 * np.pi) - np.pi
