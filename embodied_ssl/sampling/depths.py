"""Frames and how far away what they show is, for robots with a depth camera."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Int

from embodied_ssl.data import FrameCache
from embodied_ssl.data.depth import columns_with_depth, in_metres, read_units, stores_no_depth
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch
from embodied_ssl.sampling.frames import IMAGE_COLUMNS, FrameSampler


class DepthSampler(FrameSampler):
    """The frames that have a depth, and their ``depth`` (B, 1, S, S) along the optical axis,
    metres, NaN where it is not known; data without depth beside others are left out.

    Args:
        caches: of the datasets, by their world; all of one image size.
        batch_size: frames in a batch.
        seed: of their order.

    Raises:
        UserError: when none of the data have depth, or no frame to train on has.
    """

    def __init__(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int):
        deep = [cache for cache in caches.values() if any(map(len, _rows(cache).values()))]
        if not deep:
            datasets = [cache.dataset for cache in caches.values() if cache.dataset is not None]
            plain = [dataset for dataset in datasets if not columns_with_depth(dataset)]
            if plain:
                raise stores_no_depth(plain[0])
            raise UserError("the data have no depth for any of these frames.")
        super().__init__(deep, batch_size, seed)
        side, start = deep[0].frames.shape[1], 0
        self.units = np.empty((self.size, side, side), np.uint16)
        for cache in deep:
            for column, rows in _rows(cache).items():
                here = slice(start, start + len(rows))
                self.units[here] = read_units(cache.dataset, column, rows, side)
                start += len(rows)

    def find(self, cache: FrameCache) -> tuple[Int[np.ndarray, " P"], Int[np.ndarray, " P"]]:
        """Those with a depth, column by column."""
        rows = _rows(cache)
        places = [cache.index[column][ours] for column, ours in rows.items()]
        return np.concatenate(places), np.concatenate(list(rows.values()))

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        batch = super().__call__(number)
        depth = in_metres(self.units[batch["index"].numpy()])
        return batch | {"depth": torch.from_numpy(depth)[:, None]}


def _rows(cache: FrameCache) -> dict[str, Int[np.ndarray, " R"]]:
    """The rows to train on of each column of frames that has a depth."""
    columns = columns_with_depth(cache.dataset) if cache.dataset is not None else []
    train = cache.rows["split"] == "train"
    return {
        name: np.flatnonzero(train & (cache.index[name] >= 0))
        for name in columns
        if name in IMAGE_COLUMNS
    }
