"""Frames and how far away what they show is, for robots with a depth camera."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.data.depth import columns_with_depth, read_depth
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.frames import IMAGE_COLUMNS


class DepthSampler:
    """``frames`` (B, 3, S, S) uint8 of training episodes and their ``depth`` (B, 1, d, d), metres
    along the optical axis, NaN where it is not known.

    Args:
        caches: of the datasets, by their world.
        batch_size: frames in a batch.
        seed: of their order.
        side: d.

    Raises:
        UserError: for data without depth, and when no training frame has any.
    """

    def __init__(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int, side: int):
        parts = [_Depths(world, cache, side) for world, cache in caches.items()]
        self.parts = [part for part in parts if len(part.rows)]
        self.size = sum(len(part.rows) for part in self.parts)
        if not self.size:
            raise UserError("no frame of a training episode has a depth.")
        self._offsets = np.cumsum([0, *(len(part.rows) for part in self.parts)])
        self._epochs, self.batch_size = Epochs(self.size, seed), batch_size

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        drawn = np.sort(self._epochs(number * self.batch_size, self.batch_size))
        bounds = np.searchsorted(drawn, self._offsets)
        chosen = [
            (part, drawn[low:high] - offset)
            for part, offset, low, high in zip(
                self.parts, self._offsets, bounds, bounds[1:], strict=False
            )
        ]
        depth = np.concatenate([part.depth[places] for part, places in chosen])
        rows = np.concatenate([part.rows[places] for part, places in chosen])
        return {
            "frames": torch.cat(
                [load_frames(part.frames, part.places[places]) for part, places in chosen]
            ),
            "depth": torch.from_numpy(depth.astype(np.float32))[:, None],
            "index": torch.from_numpy(drawn),
            "row": torch.from_numpy(rows),
        }


class _Depths:
    """The frames of a dataset's training episodes that have a depth."""

    def __init__(self, world: str, cache: FrameCache, side: int):
        if cache.dataset is None:
            raise UserError(f"{world} have no depth: a robot with a depth camera has.")
        self.frames = cache.frames
        train = cache.rows["split"] == "train"
        rows, places, depths = [], [], []
        for column in columns_with_depth(cache.dataset):
            if column not in IMAGE_COLUMNS:
                continue
            ours = np.flatnonzero(train & (cache.index[column] >= 0))
            rows.append(ours)
            places.append(cache.index[column][ours])
            depths.append(read_depth(cache.dataset, column, ours, side))
        self.rows, self.places = np.concatenate(rows), np.concatenate(places)
        self.depth = np.concatenate(depths).astype(np.float16)  # a millimetre at a metre
