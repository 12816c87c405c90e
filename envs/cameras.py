"""Pinhole cameras: projection of points, rays through pixels, and exact crops of a frame.

World frame: x forward from the robot's base, y left, z up, metres. Pixels: ``u`` to the right and
``v`` downwards from the frame's top left corner, so the frame spans ``[0, size]`` in both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from embodied_ssl_envs.geometry import Vector


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with a square frame, of which it may render a part only.

    The ``window`` makes crops exact: a camera whose window is a part of another camera's renders
    the image that cropping a sharper frame of the other would give (an off-axis frustum).
    """

    eye: Vector
    """Optical centre, metres, world frame."""
    target: Vector
    """A point on the optical axis, metres, world frame."""
    up: Vector = (0.0, 0.0, 1.0)
    """The direction that is upwards in the frame."""
    fov: float = 50.0
    """Full angle of view of the uncropped frame, degrees."""
    size: int = 128
    """Pixels along each side of a rendered frame."""
    window: tuple[float, float, float, float] = (-1.0, 1.0, -1.0, 1.0)
    """Left, right, bottom, top of what is rendered; the uncropped frame spans -1 to 1."""
    near: float = 0.02
    far: float = 10.0

    @cached_property
    def axes(self) -> np.ndarray:
        """Rows: the right, up and forward unit vectors of the camera, world frame, shape (3, 3)."""
        forward = np.subtract(self.target, self.eye)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, self.up)
        right = right / np.linalg.norm(right)
        return np.stack([right, np.cross(right, forward), forward])

    @property
    def pose(self) -> np.ndarray:
        """Camera to world, (4, 4): x to the right, y down and z ahead."""
        right, up, forward = self.axes
        pose = np.eye(4)
        pose[:3] = np.stack([right, -up, forward, np.array(self.eye)], axis=1)
        return pose

    @property
    def intrinsics(self) -> np.ndarray:
        """fx, fy, cx, cy, (4,) pixels: a point at (x, y, z) of the camera's frame, x to the right,
        y down and z ahead, is seen at ``u = fx x / z + cx`` and ``v = fy y / z + cy``."""
        left, right, bottom, top = self.window
        width, height = right - left, top - bottom
        focal = 1 / (width * self._slope), 1 / (height * self._slope)
        return self.size * np.array([*focal, -left / width, top / height])

    @property
    def _slope(self) -> float:
        return float(np.tan(np.radians(self.fov) / 2))

    def view_matrix(self) -> list[float]:
        """OpenGL view matrix, column major, 16 numbers."""
        right, up, forward = self.axes
        rotation = np.stack([right, up, -forward])
        matrix = np.eye(4)
        matrix[:3, :3] = rotation
        matrix[:3, 3] = -rotation @ np.asarray(self.eye)
        return matrix.T.ravel().tolist()

    def projection_matrix(self) -> list[float]:
        """OpenGL frustum of the window, column major, 16 numbers."""
        left, right, bottom, top = (side * self._slope * self.near for side in self.window)
        near, far = self.near, self.far
        matrix = np.zeros((4, 4))
        matrix[0, 0] = 2 * near / (right - left)
        matrix[1, 1] = 2 * near / (top - bottom)
        matrix[0, 2] = (right + left) / (right - left)
        matrix[1, 2] = (top + bottom) / (top - bottom)
        matrix[2, 2] = -(far + near) / (far - near)
        matrix[2, 3] = -2 * far * near / (far - near)
        matrix[3, 2] = -1.0
        return matrix.T.ravel().tolist()

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) of world points (..., 3)."""
        x, y, depth = np.moveaxis((np.asarray(points, float) - self.eye) @ self.axes.T, -1, 0)
        left, right, bottom, top = self.window
        u = (x / (depth * self._slope) - left) / (right - left)
        v = (top - y / (depth * self._slope)) / (top - bottom)
        return np.stack([u, v], axis=-1) * self.size

    def rays(self, pixels: np.ndarray) -> np.ndarray:
        """Directions (..., 3), one unit deep along the optical axis, through pixels (..., 2)."""
        u, v = np.moveaxis(np.asarray(pixels, float) / self.size, -1, 0)
        left, right, bottom, top = self.window
        x = (left + u * (right - left)) * self._slope
        y = (top - v * (top - bottom)) * self._slope
        return np.stack([x, y, np.ones_like(x)], axis=-1) @ self.axes

    def on_plane(self, pixels: np.ndarray, height: float) -> np.ndarray:
        """World points (..., 3) on the horizontal plane z = height seen at pixels (..., 2)."""
        rays = self.rays(pixels)
        reach = (height - self.eye[2]) / rays[..., 2:]
        return np.asarray(self.eye) + reach * rays

    def metric_depth(self, buffer: np.ndarray) -> np.ndarray:
        """Metres along the optical axis from an OpenGL depth buffer in [0, 1]."""
        return self.far * self.near / (self.far - (self.far - self.near) * buffer)

    def crop(self, pixel: np.ndarray, width: float) -> Camera:
        """The camera that renders a square of ``width`` pixels of this frame about ``pixel``."""
        left, right, bottom, top = self.window
        u, v = np.asarray(pixel, float) / self.size
        half = width / self.size / 2
        horizontal = (left + (u - half) * (right - left), left + (u + half) * (right - left))
        vertical = (top - (v + half) * (top - bottom), top - (v - half) * (top - bottom))
        return replace(self, window=(*horizontal, *vertical))
