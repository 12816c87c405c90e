"""Single frames, what image-based methods learn from."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from jaxtyping import Int

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames

IMAGE_COLUMNS = ("before", "after", "wrist", "views", "lying", "around", "image")
"""Columns whose images an image-based method learns from."""
JUDGED_COLUMNS = tuple(name for name in IMAGE_COLUMNS if name != "around")
"""Those of which a dataset has the same whether the hand's camera goes round objects or not."""


class FrameSampler:
    """``frames`` (B, 3, S, S) uint8 of the training episodes of one or more worlds.

    Each world gives the same share of a batch, whatever the sizes of the datasets. ``index`` counts
    the frames of all worlds one after the other, ``row`` the rows of their datasets.

    Args:
        caches: of the datasets.
        batch_size: frames in a batch.
        seed: of their order.
    """

    def __init__(self, caches: Iterable[FrameCache], batch_size: int, seed: int):
        self.caches = list(caches)
        found = [self.find(cache) for cache in self.caches]
        self.pools, self.rows = zip(*found, strict=True)
        self.offsets = np.cumsum([0, *map(len, self.pools)])
        self.size = int(self.offsets[-1])
        self._epochs = [Epochs(len(p), seed, world) for world, p in enumerate(self.pools)]
        parts = np.array_split(np.arange(batch_size), len(self.pools))
        self._counts = [len(part) for part in parts]

    def find(self, cache: FrameCache) -> tuple[Int[np.ndarray, " P"], Int[np.ndarray, " P"]]:
        """The frames of a dataset to draw from, and the row of each."""
        return image_frames(cache)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        drawn = [
            epochs(number * count, count)
            for epochs, count in zip(self._epochs, self._counts, strict=True)
        ]
        images = [
            load_frames(cache.frames, pool[chosen])
            for cache, pool, chosen in zip(self.caches, self.pools, drawn, strict=True)
        ]
        index = [start + chosen for start, chosen in zip(self.offsets, drawn, strict=False)]
        rows = [rows[chosen] for rows, chosen in zip(self.rows, drawn, strict=True)]
        return {
            "frames": torch.cat(images),
            "index": torch.from_numpy(np.concatenate(index)),
            "row": torch.from_numpy(np.concatenate(rows)),
        }


def image_frames(
    cache: FrameCache, split: str = "train", columns: Iterable[str] = IMAGE_COLUMNS
) -> tuple[Int[np.ndarray, " P"], Int[np.ndarray, " P"]]:
    """The frames of a split that image-based methods learn from, in order, and the row of each."""
    ours = np.flatnonzero(cache.rows["split"] == split)
    frames, rows = [], []
    for column in columns:
        if column in cache.index:
            places = cache.index[column][ours]
            frames.append(places.ravel())
            rows.append(np.repeat(ours, places.shape[1] if places.ndim == 2 else 1))
    places, first = np.unique(np.concatenate(frames), return_index=True)
    rows = np.concatenate(rows)[first]
    if not (places >= 0).any():
        raise UserError(f"the dataset holds no frames of {split} episodes.")
    return places[places >= 0], rows[places >= 0]
