"""What the robot sees lying on the tray: background subtraction, no simulator state."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.simulation import Frame
from embodied_ssl_envs.tabletop.scene import REACH, TRAY_CENTER, TRAY_HALF

NEARER = 0.004  # metres of depth that count as something lying there
COLOR_CHANGE = 48  # of 255
SMALLEST = 0.0001  # square metres: a thing of 1 cm


@dataclass(frozen=True)
class Blob:
    """A patch of the image where something lies; things that touch make one blob."""

    center: np.ndarray
    """Its centroid, pixels (u, v)."""
    pixels: np.ndarray
    """Every pixel of it, (N, 2), as (u, v)."""
    diameter: float
    """Of the circle around the centroid that holds it, metres at the height of the table."""


def foreground(frame: Frame, background: Frame, camera: Camera) -> np.ndarray:
    """Where ``frame`` differs from the empty tray, inside the tray, (S, S) bool."""
    nearer = background.depth - frame.depth > NEARER
    change = np.abs(frame.rgb.astype(np.int16) - background.rgb).max(axis=-1) > COLOR_CHANGE
    v, u = np.mgrid[: camera.size, : camera.size] + 0.5
    points = camera.on_plane(np.stack([u, v], axis=-1), height=0.0)[..., :2]
    inside = (np.abs(points - TRAY_CENTER) < TRAY_HALF).all(axis=-1)
    return (nearer | change) & inside


def find_blobs(mask: np.ndarray, camera: Camera) -> list[Blob]:
    """The blobs of a foreground mask that are large enough and within the arm's reach."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    scale = metres_per_pixel(camera)
    blobs = []
    for label in range(1, count):
        rows, columns = np.nonzero(labels == label)
        pixels = np.stack([columns, rows], axis=1) + 0.5
        center = pixels.mean(axis=0)
        place = camera.on_plane(center, height=0.0)[:2]
        if len(pixels) * scale**2 < SMALLEST or not ((place > REACH[0]) & (place < REACH[1])).all():
            continue
        radius = np.linalg.norm(pixels - center, axis=1).max() + 0.5
        blobs.append(Blob(center, pixels, float(2 * radius * scale)))
    return blobs


def nearest_blob(blobs: list[Blob], pixel: np.ndarray) -> Blob | None:
    """The blob with a pixel nearest to ``pixel``; None when there is none."""

    def distance(blob: Blob) -> float:
        return float(np.linalg.norm(blob.pixels - pixel, axis=1).min())

    return min(blobs, key=distance, default=None)


def metres_per_pixel(camera: Camera) -> float:
    """Width of a pixel in the middle of the image, on the table."""
    middle = np.array([[0.0, 0.5], [1.0, 0.5]]) * camera.size
    left, right = camera.on_plane(middle, height=0.0)
    return float(np.linalg.norm(right - left)) / camera.size


def surface_point(frame: Frame, camera: Camera, pixel: np.ndarray) -> np.ndarray:
    """The point (3,) that the camera sees at ``pixel``, world frame, by its depth image."""
    column, row = np.clip(np.asarray(pixel).astype(int), 0, camera.size - 1)
    return np.asarray(camera.eye) + camera.rays(pixel) * frame.depth[row, column]
