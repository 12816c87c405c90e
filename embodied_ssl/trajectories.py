"""The trajectory of a camera, seen from above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Complex, Float

ROUND = (1, 2, 5)  # lengths of a scale bar, times a power of ten
MARGIN = 11  # of a map whose sides are 100
LOOK = 7  # how far a mark points, in the same units


@dataclass(frozen=True)
class Trajectory:
    """Where a camera was and where it looked; it begins at zero and looks upwards (1j)."""

    place: Complex[np.ndarray, " N"]
    """Metres to the right, and times 1j ahead."""
    look: Complex[np.ndarray, " N"]
    """Of unit length."""

    @property
    def metres(self) -> float:
        """Length of the way."""
        return float(np.abs(np.diff(self.place)).sum())

    @property
    def extent(self) -> float:
        """Metres that it spans to the side or ahead, whichever is more."""
        return float(max(np.ptp(self.place.real), np.ptp(self.place.imag)))


def from_above(poses: Float[np.ndarray, "N 4 4"]) -> Trajectory:
    """The way over the ground: the plane in which the camera's right side and its steps lie.

    Args:
        poses: camera to world; x right, y down, z ahead; the world may have any axes.
    """
    right, down, ahead, place = np.moveaxis(poses[:, :3], 2, 0)
    _, _, (x, y, _) = np.linalg.svd(np.concatenate([right, np.diff(place, axis=0)]))
    if np.cross(x, y) @ down.mean(axis=0) > 0:  # seen from below
        y = -y
    place, look = place @ x + 1j * (place @ y), ahead @ x + 1j * (ahead @ y)
    look = look / np.maximum(np.abs(look), 1e-9)
    upwards = 1j * look[0].conj()
    return Trajectory((place - place[0]) * upwards, look * upwards)


def mapped(
    trajectory: Trajectory, seen: np.ndarray, bumps: np.ndarray, widest: float
) -> dict[str, Any]:
    """A map of the trajectory on a square whose sides are 100.

    Args:
        trajectory: what is drawn.
        seen: the moments to mark with where the camera looked.
        bumps: the moments at which it bumped.
        widest: metres across the square, but for a margin; the same for maps to be compared.
    """
    widest = max(widest, 0.1)  # of a camera that stood still
    scale = (100 - 2 * MARGIN) / widest
    low = trajectory.place.real.min() + 1j * trajectory.place.imag.min()
    high = trajectory.place.real.max() + 1j * trajectory.place.imag.max()
    flat = np.conj((trajectory.place - (low + high) / 2) * scale) + 50 + 50j  # y runs downwards
    kite = LOOK * np.array([1, -0.6 + 0.62j, -0.3, -0.6 - 0.62j])
    bar = rounded(widest / 2)
    return {
        "way": points(flat),
        "marks": [points(flat[i] + kite * trajectory.look[i].conj()) for i in seen],
        "bumps": points(flat[bumps]),
        "bar": bar * scale,
        "metres": f"{bar:g} m",
    }


def points(values: Complex[np.ndarray, " N"]) -> list[tuple[float, float]]:
    """(x, y) of each, as short as a page needs them."""
    return [(round(float(p.real), 1), round(float(p.imag), 1)) for p in values]


def rounded(length: float) -> float:
    """The greatest of 1, 2, 5, 10, 20 ... (or .5, .2 ...) that is not above a length."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step for step in ROUND if step * power <= length * 1.0001) * power)
