"""The frame cache: every image of a dataset in one array, and where each row's images are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.decoded import open_decoded
from embodied_ssl.data.schema import IMAGE, IMAGES, schema_of
from embodied_ssl.data.shards import decode


@dataclass(frozen=True)
class FrameCache:
    """All images of a dataset as one array, and its other columns as arrays too."""

    frames: np.ndarray
    """(N, S, S, 3) uint8 RGB, memory-mapped."""
    rows: dict[str, np.ndarray]
    """Every other column, (R, ...); ``object.kind`` and its like for the parts of a struct."""
    index: dict[str, np.ndarray]
    """For each image column the frame of each row, (R,) int64, -1 where there is none; for a list
    of images (R, longest list)."""

    @classmethod
    def open(cls, dataset: Dataset, image_size: int | None = None) -> FrameCache:
        """Open the cache of a dataset, made when it is not there or out of date.

        Args:
            dataset: what to cache.
            image_size: S to resize to, by area; the size at which it was collected by default.
        """
        size = image_size or dataset.image_size
        frames, index = open_decoded(
            dataset.path, dataset.fingerprint, size, lambda: _gather(dataset), _decode
        )
        images = set(index)
        rows = dataset.arrays([c for c in schema_of(dataset.env) if c not in images])
        return cls(frames, rows, index)


def _decode(data: bytes, size: int) -> np.ndarray:
    image = decode(data)
    if image.shape[:2] == (size, size):
        return image
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)


def _gather(dataset: Dataset) -> tuple[list[bytes], dict[str, np.ndarray]]:
    """Every encoded image in order, and where each column's images are among them."""
    dataset.verify()
    encoded: list[bytes] = []
    index: dict[str, np.ndarray] = {}
    for column, kind in schema_of(dataset.env).items():
        if kind not in (IMAGE, IMAGES):
            continue
        images = dataset.table([column])[column].to_pylist()
        lists = [[i] if kind == IMAGE and i else (i or []) for i in images]
        width = 1 if kind == IMAGE else max(map(len, lists), default=0)
        places = np.full((len(lists), max(width, 1)), -1, np.int64)
        for row, found in enumerate(lists):
            places[row, : len(found)] = np.arange(len(encoded), len(encoded) + len(found))
            encoded += [image["bytes"] for image in found]
        index[column] = places[:, 0] if kind == IMAGE else places
    return encoded, index


def arrays(table: pa.Table, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Columns as arrays: numbers as numbers (absent: NaN, -1 or False), the rest as objects."""
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_struct(column.type):
            parts = pa.table(
                dict(zip((f.name for f in column.type), column.flatten(), strict=True))
            )
            yield from arrays(parts, f"{prefix}{name}.")
            continue
        yield prefix + name, _array(column)


def _array(column: Any) -> np.ndarray:
    if pa.types.is_list(column.type):
        values = column.to_pylist()
        array = np.empty(len(values), object)
        array[:] = [np.asarray(value if value is not None else [], np.float32) for value in values]
        return array
    if pa.types.is_string(column.type):
        return np.array([value or "" for value in column.to_pylist()], object)
    absent = {
        pa.types.is_floating: float("nan"),
        pa.types.is_integer: -1,
        pa.types.is_boolean: False,
    }
    fill = next(value for test, value in absent.items() if test(column.type))
    return column.fill_null(fill).to_numpy(zero_copy_only=False)
