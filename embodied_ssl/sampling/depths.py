"""Frames and how far away what they show is, for robots with a depth camera."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.data.depth import columns_with_depth, in_metres, read_units
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.frames import IMAGE_COLUMNS


class DepthSampler:
    """``frames`` (B, 3, S, S) uint8 of training episodes and their ``depth`` (B, 1, S, S), metres
    along the optical axis, NaN where it is not known.

    Each world with depth gives the same share of a batch, whatever the sizes of the datasets; data
    without depth beside others are left out. ``index`` counts the frames of all worlds one after
    the other, ``row`` the rows of their datasets.

    Args:
        caches: of the datasets, by their world; all of one image size.
        batch_size: frames in a batch.
        seed: of their order.

    Raises:
        UserError: when none of the data have depth, or no frame to train on has.
    """

    def __init__(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int):
        self.worlds = [world for cache in caches.values() if (world := _open(cache)) is not None]
        if not self.worlds:
            for cache in caches.values():
                if cache.dataset is not None:
                    columns_with_depth(cache.dataset)  # says what is missing
            raise UserError("the data have no depth for any of these frames.")
        sizes = [len(world.rows) for world in self.worlds]
        self.size, self._offsets = sum(sizes), np.cumsum([0, *sizes])
        self._epochs = [Epochs(size, seed, number) for number, size in enumerate(sizes)]
        parts = np.array_split(np.arange(batch_size), len(sizes))
        self._counts = [len(part) for part in parts]

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        drawn = [
            epochs(number * count, count)
            for epochs, count in zip(self._epochs, self._counts, strict=True)
        ]
        each = list(zip(self.worlds, drawn, strict=True))
        units = np.concatenate([world.units[chosen] for world, chosen in each])
        index = [start + chosen for start, chosen in zip(self._offsets, drawn, strict=False)]
        return {
            "frames": torch.cat(
                [load_frames(world.frames, world.places[chosen]) for world, chosen in each]
            ),
            "depth": torch.from_numpy(in_metres(units))[:, None],
            "index": torch.from_numpy(np.concatenate(index)),
            "row": torch.from_numpy(np.concatenate([w.rows[chosen] for w, chosen in each])),
        }


class _World:
    """The frames to train on of a dataset that have a depth."""

    def __init__(self, cache: FrameCache, columns: list[str]):
        train = cache.rows["split"] == "train"
        ours = {column: np.flatnonzero(train & (cache.index[column] >= 0)) for column in columns}
        self.frames, side = cache.frames, cache.frames.shape[1]
        self.rows = np.concatenate(list(ours.values()))
        self.places = np.concatenate([cache.index[name][rows] for name, rows in ours.items()])
        self.units = np.empty((len(self.rows), side, side), np.uint16)
        start = 0
        for column, rows in ours.items():
            self.units[start : start + len(rows)] = read_units(cache.dataset, column, rows, side)
            start += len(rows)


def _open(cache: FrameCache) -> _World | None:
    """A dataset's frames with depth; None where there are none."""
    if cache.dataset is None:
        return None
    try:
        columns = columns_with_depth(cache.dataset)
    except UserError:
        return None
    world = _World(cache, [column for column in columns if column in IMAGE_COLUMNS])
    return world if len(world.rows) else None
