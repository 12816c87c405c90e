"""The object of an episode, and cameras that frame it.

Cameras stand at an elevation above the horizon and an azimuth about the z axis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Frame


@dataclass(frozen=True)
class Subject:
    """The points of the object, which stands on the plane z = 0 about the origin."""

    points: np.ndarray
    """(N, 3) metres; their convex hull holds the object."""

    @property
    def middle(self) -> np.ndarray:
        """Centre of its bounding box, (3,) metres."""
        return (self.points.min(axis=0) + self.points.max(axis=0)) / 2

    @property
    def extents(self) -> np.ndarray:
        """Sides of its bounding box, (3,) metres: the box stands on z = 0 about the z axis."""
        return np.ptp(self.points, axis=0)

    @property
    def diagonal(self) -> float:
        """Length of the diagonal of its bounding box, metres."""
        return float(np.linalg.norm(self.extents))


def camera_direction(elevation: float, azimuth: float) -> np.ndarray:
    """The unit vector (3,) from the object towards a camera at these angles, radians."""
    return np.array(
        [
            np.cos(azimuth) * np.cos(elevation),
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )


def camera_columns(frame: Frame, subject: Subject) -> dict[str, list[float]]:
    """Of a record with depth: the camera relative to the object, which stands where it stands in
    all views. ``pose`` is camera to object, ``intrinsics`` are in pixels, ``extents`` in metres."""
    if not frame.keeps_depth:
        return {}
    return {
        "pose": frame.camera.pose.ravel().tolist(),
        "intrinsics": frame.intrinsics.tolist(),
        "extents": subject.extents.tolist(),
    }


def frame_object(
    rng: np.random.Generator, subject: Subject, elevation: float, azimuth: float, size: int
) -> Camera:
    """A camera near (elevation, azimuth), degrees; the subject spans 45 to 85 % of its frame."""
    elevation = np.radians(elevation + rng.uniform(-4, 4))
    azimuth = np.radians(azimuth)
    roll = np.radians(rng.uniform(-25, 25))
    back = camera_direction(elevation, azimuth)
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    up = np.cos(roll) * np.cross(back, right) + np.sin(roll) * right
    share, fov = rng.uniform(0.45, 0.85), rng.uniform(28.0, 42.0)
    distance = 3 * subject.diagonal
    for _ in range(3):  # the apparent size falls nearly as the distance grows
        camera = Camera(
            tuple(subject.middle + distance * back),
            tuple(subject.middle),
            tuple(up),
            float(fov),
            size,
        )
        pixels = camera.project(subject.points)
        distance *= np.ptp(pixels, axis=0).max() / (share * size)
        distance = max(distance, 0.8 * subject.diagonal)
    camera = replace(camera, eye=tuple(subject.middle + distance * back))
    aside, above = (1 - share) / 2 * rng.uniform(-0.7, 0.7, 2)  # parts of the frame
    return replace(camera, window=(-1 + aside, 1 + aside, -1 + above, 1 + above))
