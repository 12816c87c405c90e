"""The turntable's views with the places they were taken from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.errors import UserError


@dataclass(frozen=True)
class TurntableViews:
    """One view an elevation and azimuth of each object; all columns are (N,)."""

    images: np.ndarray
    """(N, S, S, 3) uint8 RGB."""
    category: np.ndarray
    instance: np.ndarray
    split: np.ndarray
    elevation: np.ndarray
    """Degrees."""
    azimuth: np.ndarray
    """Degrees."""
    fingerprint: str
    """Of the dataset."""

    @classmethod
    def open(cls, path: str, image_size: int | None = None) -> TurntableViews:
        """The views of a turntable dataset; UserError for any other, and for a part of one."""
        dataset = Dataset.open(path)
        dataset.require_whole()
        if not {"elevation", "azimuth"} <= dataset.columns.keys():
            raise UserError(f"{path} holds no views of objects: collect --env turntable --orbit.")
        cache = dataset.cache(image_size)
        names = ("category", "instance", "split", "elevation", "azimuth")
        ours = cache.rows["split"] != "train"
        columns = (cache.rows[name][ours] for name in names)
        return cls(cache.frames[cache.index["image"][ours]], *columns, dataset.fingerprint)

    @cached_property
    def category_numbers(self) -> Int[np.ndarray, " N"]:
        """The categories as numbers from 0, in alphabetical order."""
        return np.unique(self.category.astype(str), return_inverse=True)[1]

    @cached_property
    def _place(self) -> dict[tuple[str, int, int], int]:
        rows = zip(self.instance, self._floor, np.round(self.azimuth).astype(int), strict=True)
        return {place: row for row, place in enumerate(rows)}

    @cached_property
    def _floor(self) -> np.ndarray:
        """The elevations as numbers from the lowest, 0, upwards."""
        return np.unique(self.elevation, return_inverse=True)[1]

    def moved(self, rows: Int[np.ndarray, " R"], up: int, around: float) -> Int[np.ndarray, "P 2"]:
        """Views before and after a move of the camera, of those that can make it.

        Args:
            rows: the views before it.
            up: elevations upwards.
            around: part of a circle that it goes around the object.
        """
        ends = [
            self._place.get(
                (
                    self.instance[row],
                    self._floor[row] + up,
                    round(self.azimuth[row] + 360 * around) % 360,
                ),
                -1,
            )
            for row in rows
        ]
        pairs = np.stack([rows, np.array(ends, int)], axis=1)
        return pairs[pairs[:, 1] >= 0]
