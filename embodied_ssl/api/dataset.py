"""A dataset as numpy, pandas, PyTorch and Hugging Face `datasets` have it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from embodied_ssl.data import Dataset, FrameCache, open_source
from embodied_ssl.data.depth import read_depth
from embodied_ssl.errors import UserError, did_you_mean

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    import torch.utils.data


class OpenedDataset:
    """A collected dataset, or the photos or videos of a folder; every row belongs to a split.

    Columns are named as ``embodied-ssl info`` and the card have them, the parts of a struct apart:
    ``object.mass``. Images are decoded once and memory-mapped.

    Args:
        source: a dataset's folder or address, ``folder:PATH`` or ``folder-video:PATH``.
        image_size: S, to which images are resized by area; as they were collected by default.

    Raises:
        UserError: when there is none, or a shard is damaged.
    """

    def __init__(self, source: str | Path, image_size: int | None = None):
        self._source = open_source(source)
        self.world = self._source.env
        """Where it was collected; ``photos`` for those of a folder."""
        self.image_size = image_size or self._source.image_size

    @cached_property
    def _cache(self) -> FrameCache:
        return self._source.cache(self.image_size)

    @cached_property
    def image_columns(self) -> list[str]:
        """Those that hold an image, or a list of images."""
        return list(self._cache.index)

    @cached_property
    def columns(self) -> list[str]:
        """All of them, those without images first."""
        return [*self._cache.rows, *self.image_columns]

    def __len__(self) -> int:
        return len(self._cache.rows["split"])

    def rows(self, split: str | None = None) -> Int[np.ndarray, " R"]:
        """The places of a split's rows, of all rows by default.

        Raises:
            UserError: for a split that there is not.
        """
        splits = self._cache.rows["split"]
        if split is None:
            return np.arange(len(splits))
        if split not in splits:
            raise did_you_mean("split", split, sorted(set(splits)))
        return np.flatnonzero(splits == split)

    def has(self, column: str, split: str | None = None) -> Bool[np.ndarray, "R ..."]:
        """Whether each row has an image in a column."""
        return self._places(column, self.rows(split)) >= 0

    def numpy(
        self, columns: Iterable[str] | None = None, split: str | None = None
    ) -> dict[str, np.ndarray]:
        """Columns as arrays, a row each: numbers (absent: NaN, -1 or False), texts as objects,
        sequences as arrays of objects.

        An image column is (R, S, S, 3) uint8 RGB, of a list of images (R, longest list, S, S, 3);
        black where there is none, which ``has`` tells.

        Args:
            columns: their names; those without images by default.
            split: ``train``, ``val`` or ``test``; all rows by default.
        """
        rows = self.rows(split)
        return {name: self._column(name, rows) for name in self._named(columns)}

    def depth(self, column: str, split: str | None = None) -> Float[np.ndarray, "R S S"]:
        """The depth of an image column along the optical axis, metres, a row each; NaN where it is
        not known, and where there is no image.

        Args:
            column: of the images, such as ``before``.
            split: as for ``numpy``.

        Raises:
            UserError: for data that were not collected with ``--depth``.
        """
        if not isinstance(self._source, Dataset):
            raise UserError(f"only a collected dataset has depth, not {self.world}.")
        return read_depth(self._source, column, self.rows(split), self.image_size)

    def pandas(
        self, columns: Iterable[str] | None = None, split: str | None = None
    ) -> pd.DataFrame:
        """The same as a data frame, whose index is the place of a row; images as objects."""
        import pandas as pd

        found = self.numpy(columns, split)
        listed = {name: list(x) if x.ndim > 1 else x for name, x in found.items()}
        return pd.DataFrame(listed, index=self.rows(split))

    def torch(
        self, columns: Iterable[str] | None = None, split: str | None = None
    ) -> torch.utils.data.Dataset[dict[str, Any]]:
        """A map-style dataset for a ``DataLoader``: a row is a dict of numbers, texts and tensors,
        images (3, S, S) uint8.

        Args:
            columns: their names; all by default.
            split: as for ``numpy``.
        """
        from embodied_ssl.api.rows import TorchRows

        names = self._named(self.columns if columns is None else columns)
        return TorchRows(self, names, self.rows(split))

    def datasets(self, split: str | None = None) -> datasets.Dataset:
        """As ``datasets.load_dataset`` opens the files, images decoded when they are asked for.

        Raises:
            UserError: for a folder of photos or videos, which ``datasets`` reads in its own way.
        """
        if not isinstance(self._source, Dataset):
            raise UserError(f"only a collected dataset can be opened so, not {self.world}.")
        from datasets import load_dataset

        name, part = (split, split) if split else ("all", "all_rows")
        self.rows(split)  # names a split that there is not
        return load_dataset(str(self._source.path), name, split=part)

    def _named(self, columns: Iterable[str] | None) -> list[str]:
        if columns is None:
            return list(self._cache.rows)
        names = [columns] if isinstance(columns, str) else list(columns)
        for name in names:
            if name not in self.columns:
                raise did_you_mean("column", name, self.columns)
        return names

    def _places(self, column: str, rows: np.ndarray) -> np.ndarray:
        """Where among the frames the images of rows are, -1 for none."""
        if column not in self.image_columns:
            raise did_you_mean("image column", column, self.image_columns)
        return self._cache.index[column][rows]

    def images(self, column: str, rows: Int[np.ndarray, " R"]) -> UInt8[np.ndarray, "R ..."]:
        """The images that some rows have in a column, as ``numpy`` gives them."""
        places = self._places(column, rows)
        images = self._cache.frames[places]  # -1 takes the last one
        images[places < 0] = 0
        return images

    def _column(self, name: str, rows: np.ndarray) -> np.ndarray:
        return (
            self.images(name, rows) if name in self.image_columns else self._cache.rows[name][rows]
        )


def open_dataset(source: str | Path, image_size: int | None = None) -> OpenedDataset:
    """Open what was collected, or a folder of photos; see ``OpenedDataset``."""
    return OpenedDataset(source, image_size)
