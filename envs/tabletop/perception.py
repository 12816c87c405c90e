"""Background subtraction: which pixels show objects on the tray, without simulator state."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.tabletop.scene import REACH, TRAY_CENTER, TRAY_HALF

NEARER = 0.004  # metres by which the surface of an object is nearer than the empty tray
COLOR_CHANGE = 48  # of 255
SMALLEST = 0.0001  # square metres: an object of 1 cm
NEAR_CENTER = 0.3  # spread of grasp and poke points, in standard deviations of the region


@dataclass(frozen=True)
class Region:
    """A connected region of the foreground; objects that touch are one region."""

    center: np.ndarray
    """Its centroid, pixels (u, v)."""
    pixels: np.ndarray
    """All its pixels, (N, 2), as (u, v)."""
    diameter: float
    """Of the smallest circle about the centroid that holds it, metres at the table's height."""


def foreground(frame: Frame, background: Frame, camera: Camera) -> np.ndarray:
    """Pixels inside the tray that differ from the empty tray, (S, S) bool."""
    nearer = background.depth - frame.depth > NEARER
    change = np.abs(frame.rgb.astype(np.int16) - background.rgb).max(axis=-1) > COLOR_CHANGE
    v, u = np.mgrid[: camera.size, : camera.size] + 0.5
    points = camera.on_plane(np.stack([u, v], axis=-1), height=0.0)[..., :2]
    inside = (np.abs(points - TRAY_CENTER) < TRAY_HALF).all(axis=-1)
    return (nearer | change) & inside


def find_regions(mask: np.ndarray, camera: Camera) -> list[Region]:
    """The connected regions of a mask that are large enough and within the arm's reach."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    scale = metres_per_pixel(camera)
    regions = []
    for label in range(1, count):
        rows, columns = np.nonzero(labels == label)
        pixels = np.stack([columns, rows], axis=1) + 0.5
        center = pixels.mean(axis=0)
        place = camera.on_plane(center, height=0.0)[:2]
        if len(pixels) * scale**2 < SMALLEST or not ((place > REACH[0]) & (place < REACH[1])).all():
            continue
        radius = np.linalg.norm(pixels - center, axis=1).max() + 0.5
        regions.append(Region(center, pixels, float(2 * radius * scale)))
    return regions


def nearest_region(regions: list[Region], pixel: np.ndarray) -> Region | None:
    """The region with a pixel nearest to ``pixel``; None when there is none."""

    def distance(region: Region) -> float:
        return float(np.linalg.norm(region.pixels - pixel, axis=1).min())

    return min(regions, key=distance, default=None)


def pixel_on(rng: np.random.Generator, region: Region) -> np.ndarray:
    """A random pixel of the region, more often near its middle than at its edge."""
    target = region.center + NEAR_CENTER * region.pixels.std(axis=0) * rng.normal(size=2)
    return region.pixels[np.linalg.norm(region.pixels - target, axis=1).argmin()]


def metres_per_pixel(camera: Camera) -> float:
    """Width of a pixel in the middle of the image, on the table."""
    middle = np.array([[0.0, 0.5], [1.0, 0.5]]) * camera.size
    left, right = camera.on_plane(middle, height=0.0)
    return float(np.linalg.norm(right - left)) / camera.size


def surface_point(frame: Frame, camera: Camera, pixel: np.ndarray) -> np.ndarray:
    """The point (3,) that the camera sees at ``pixel``, world frame, by its depth image."""
    column, row = np.clip(np.asarray(pixel).astype(int), 0, camera.size - 1)
    return np.asarray(camera.eye) + camera.rays(pixel) * frame.depth[row, column]
