"""The mount of the camera on the base: its height, field of view and tilt."""

from __future__ import annotations

import numpy as np

from embodied_ssl_envs.cameras import Camera

LIMITS = np.radians([-30.0, 15.0])  # of the pitch


class CameraMount:
    """A camera over the centre of the base that can be tilted.

    Args:
        rng: of its height, field of view and pitch.
        size: pixels along each side of an image.
        sight: distance of the far plane, metres.
    """

    def __init__(self, rng: np.random.Generator, size: int, sight: float):
        self._size, self._sight = size, sight
        self.height, self.fov = float(rng.uniform(0.8, 1.3)), float(rng.uniform(60, 80))
        """Metres, and degrees."""
        self.pitch = float(np.radians(rng.uniform(-15, 0)))
        """Radians up from the horizon."""

    def tilt(self, angle: float) -> None:
        """Tilt the camera upwards by ``angle`` radians, within its limits."""
        self.pitch = float(np.clip(self.pitch + angle, *LIMITS))

    def camera(self, pose: np.ndarray) -> Camera:
        """The camera on a base at a pose (x, y, heading), looking along the heading."""
        x, y, heading = pose
        ahead = np.array([np.cos(heading), np.sin(heading), np.tan(self.pitch)])
        eye = np.array([x, y, self.height])
        return Camera(
            eye=tuple(eye.tolist()),
            target=tuple((eye + ahead).tolist()),
            fov=self.fov,
            size=self._size,
            far=self._sight,
        )
