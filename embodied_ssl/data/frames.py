"""The frame cache: every image of a dataset in one array, and where each row's images are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.decoded import open_decoded
from embodied_ssl.data.rows import Rows, is_image, is_images
from embodied_ssl.data.schema import is_annotation
from embodied_ssl.data.shards import decode


@dataclass(frozen=True)
class FrameCache:
    """All images of a dataset as one array, and its other columns as arrays too."""

    frames: np.ndarray
    """(N, S, S, 3) uint8 RGB, memory-mapped."""
    rows: Rows
    """Every other column, (R, ...); ``object.mass`` and its like for the parts of a struct."""
    index: dict[str, np.ndarray]
    """For each image column the frame of each row, (R,) int64, -1 where there is none; for a list
    of images (R, longest list)."""
    dataset: Dataset | None = None
    """Whose images they are; None for photos and videos."""

    @classmethod
    def open(cls, dataset: Dataset, image_size: int | None = None) -> FrameCache:
        """Open the cache of a dataset, made when it is not there or out of date.

        Args:
            dataset: what to cache.
            image_size: S to resize to, by area; the size at which it was collected by default.
        """
        size = image_size or dataset.image_size
        frames, index = open_decoded(
            dataset.path, dataset.fingerprint, size, lambda: _encoded(dataset), _decode
        )
        others = [c for c in dataset.columns if c not in index and not is_annotation(c)]
        return cls(frames, dataset.arrays(others), index, dataset)

    def rows_of(self, column: str) -> np.ndarray:
        """(N,) the row of each frame of an image column, -1 for frames of others."""
        rows = np.full(len(self.frames), -1)
        rows[self.index[column]] = np.arange(len(self.index[column]))
        return rows

    def as_training(self, split: str) -> FrameCache:
        """The cache in which the rows of a split, and no others, count as those to train on."""
        chosen = self.rows["split"] == split
        labels = np.where(chosen, "train", "").astype(object)
        return replace(self, rows=Rows(dict(self.rows) | {"split": labels}))


def _decode(data: bytes, size: int) -> np.ndarray:
    image = decode(data)
    if image.shape[:2] == (size, size):
        return image
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)


def _encoded(dataset: Dataset) -> tuple[list[bytes], dict[str, np.ndarray]]:
    """Every encoded image in order, and where each column's images are among them."""
    dataset.verify()
    encoded: list[bytes] = []
    index: dict[str, np.ndarray] = {}
    for column, stored in dataset.columns.items():
        one = is_image(stored)
        if is_annotation(column) or (not one and not is_images(stored)):
            continue
        images = dataset.table([column])[column].to_pylist()
        lists = [[i] if one and i else (i or []) for i in images]
        width = 1 if one else max(map(len, lists), default=0)
        places = np.full((len(lists), max(width, 1)), -1, np.int64)
        for row, found in enumerate(lists):
            places[row, : len(found)] = np.arange(len(encoded), len(encoded) + len(found))
            encoded += [image["bytes"] for image in found]
        index[column] = places[:, 0] if one else places
    return encoded, index
