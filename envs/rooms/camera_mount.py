"""The camera's head: put up a little differently for every episode, and able to nod."""

from __future__ import annotations

import numpy as np

from embodied_ssl_envs.cameras import Camera

LIMITS = np.radians([-30.0, 15.0])  # how far it can look down and up


class Head:
    """A camera over the middle of the base.

    Args:
        rng: of its height, field of view and tilt.
        size: of its images, pixels.
        sight: how far it sees, metres.
    """

    def __init__(self, rng: np.random.Generator, size: int, sight: float):
        self._size, self._sight = size, sight
        self.height, self.fov = float(rng.uniform(0.8, 1.3)), float(rng.uniform(60, 80))
        """Metres, and degrees."""
        self.tilt = float(np.radians(rng.uniform(-15, 0)))
        """Radians up from the horizon."""

    def nod(self, angle: float) -> None:
        """Look up by so many radians, as far as that goes."""
        self.tilt = float(np.clip(self.tilt + angle, *LIMITS))

    def camera(self, pose: np.ndarray) -> Camera:
        """What it is on a base at a pose (x, y, heading), looking where that heads."""
        x, y, heading = pose
        ahead = np.array([np.cos(heading), np.sin(heading), np.tan(self.tilt)])
        eye = np.array([x, y, self.height])
        return Camera(
            eye=tuple(eye.tolist()),
            target=tuple((eye + ahead).tolist()),
            fov=self.fov,
            size=self._size,
            far=self._sight,
        )
