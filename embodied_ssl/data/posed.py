"""Views whose depth and camera are known: pixels as points of the object, and back.

A camera's frame has x to the right, y down and z ahead; the object's stands on z = 0 about its z
axis. Pixels ``u`` to the right and ``v`` downwards are 0 at the first pixel's edge, .5 at its
centre.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, UInt16

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.depth import columns_with_depth, in_metres, read_units, stores_no_depth
from embodied_ssl.errors import UserError

AGREEMENT = 1.0
"""Pixels' widths, at the point's distance, by which two depths of one surface may differ."""
NEAREST = 1e-6  # metres before a camera, to divide by


@dataclass(frozen=True)
class PosedViews:
    """What is known of the pixels of V views."""

    units: UInt16[np.ndarray, "V S S"]
    """Depth as ``read_units`` gives it."""
    pose: Float[np.ndarray, "V 4 4"]
    """Camera to object, metres."""
    intrinsics: Float[np.ndarray, "V 4"]
    """fx, fy, cx, cy in pixels of an image of S."""
    extents: Float[np.ndarray, "V 3"]
    """Sides of the object's box, metres."""

    @classmethod
    def read(
        cls,
        dataset: Dataset,
        columns: Mapping[str, np.ndarray],
        rows: Int[np.ndarray, " V"],
        size: int,
    ) -> PosedViews:
        """Those of some rows.

        Args:
            dataset: collected on the turntable.
            columns: of its rows, without images.
            rows: of the dataset.
            size: S, of the images as they are used.

        Raises:
            UserError: for a dataset without depth, or with depth but from before poses were stored.
        """
        if not columns_with_depth(dataset):
            raise stores_no_depth(dataset)
        if "pose" not in columns:
            raise UserError(
                f"{dataset.path} stores depth but not where the camera was, an older version "
                "collected it: collect it again with --depth into another folder."
            )
        pose, intrinsics, extents = (
            np.array(list(columns[name][rows]), np.float32).reshape(-1, *shape)
            for name, shape in (("pose", (4, 4)), ("intrinsics", (4,)), ("extents", (3,)))
        )
        scaled = intrinsics * np.float32(size / dataset.image_size)
        return cls(read_units(dataset, "image", rows, size), pose, scaled, extents)

    def depth(
        self, views: Int[np.ndarray, " B"], pixels: Float[np.ndarray, "B P 2"]
    ) -> Float[np.ndarray, "B P"]:
        """Metres along the optical axis at the nearest pixel, NaN where it is not known and beyond
        the border."""
        size = self.units.shape[1]
        u, v = pixels[..., 0], pixels[..., 1]
        inside = (u >= 0) & (u < size) & (v >= 0) & (v < size)
        u, v = (np.where(inside, each, 0).astype(np.intp) for each in (u, v))
        return np.where(inside, in_metres(self.units[views[:, None], v, u]), np.float32(np.nan))

    def points(
        self,
        views: Int[np.ndarray, " B"],
        pixels: Float[np.ndarray, "B P 2"],
        depth: Float[np.ndarray, "B P"],
    ) -> Float[np.ndarray, "B P 3"]:
        """The points at pixels so far away, in the object's frame, metres."""
        focal, middle = np.split(self.intrinsics[views, None], 2, axis=-1)
        rays = (pixels - middle) / focal
        points = np.concatenate([rays, np.ones_like(rays[..., :1])], axis=-1) * depth[..., None]
        pose = self.pose[views]
        return points @ pose[:, :3, :3].swapaxes(1, 2) + pose[:, None, :3, 3]

    def project(
        self, views: Int[np.ndarray, " B"], points: Float[np.ndarray, "B P 3"]
    ) -> tuple[Float[np.ndarray, "B P 2"], Float[np.ndarray, "B P"]]:
        """At which pixels points of the object's frame are, and how far along the optical axis,
        metres; 0 or less is behind the camera."""
        pose = self.pose[views]
        seen = (points - pose[:, None, :3, 3]) @ pose[:, :3, :3]
        focal, middle = np.split(self.intrinsics[views, None], 2, axis=-1)
        away = seen[..., 2]
        pixels = focal * seen[..., :2] / np.maximum(away, NEAREST)[..., None] + middle
        return pixels, away

    def width(
        self, views: Int[np.ndarray, " B"], depth: Float[np.ndarray, "B P"]
    ) -> Float[np.ndarray, "B P"]:
        """Metres that a pixel is wide so far away."""
        return depth / self.intrinsics[views, :1]

    def correspondences(
        self,
        first: Int[np.ndarray, " B"],
        second: Int[np.ndarray, " B"],
        pixels: Float[np.ndarray, "B P 2"],
    ) -> tuple[Float[np.ndarray, "B P 2"], Bool[np.ndarray, "B P"]]:
        """Where pixels of first views are in second ones of the same objects, and whether both show
        the same point of the object: it lies within the object's box, higher above the floor than
        a pixel is wide, and the depth in the second view agrees."""
        depth = self.depth(first, pixels)
        points, width = self.points(first, pixels, depth), self.width(first, depth)
        (x, y, z), box = np.moveaxis(points, -1, 0), self.extents[first].T[..., None]
        within = (np.abs(x) <= box[0] / 2 + width) & (np.abs(y) <= box[1] / 2 + width)
        within &= (z > width) & (z <= box[2] + width)
        there, away = self.project(second, points)
        off = np.abs(self.depth(second, there) - away)
        return there, within & (off <= AGREEMENT * self.width(second, away))
