"""Pairs of views of one object, and which of their pixels show the same point of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from embodied_ssl.data import FrameCache
from embodied_ssl.data.posed import PosedViews
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.object_views import views_of_objects

RASTER = 20
"""Cells along a side of a view, in each of which one pixel is looked for: those that are matched
are not all of one place."""
TRIES = 4
"""Pairs of an object's views that are looked at, at most, while too few pixels match."""
FEW = 4
"""Fewer than a part in so many of the matches that are wanted are too few."""


class CorrespondenceSampler:
    """``first`` and ``second`` views (B, 3, S, S) of objects that a camera goes round; ``pixels``
    (B, 2, K, 2) of both that show the same points, x to the right and y down from -1 to 1 between
    the borders; and which of the K are ``matched`` (B, K): the others say nothing.

    Two views of an object are drawn anew while they show too little in common, and those with the
    most matches stay; who has fewer than K has fewer ``matched``, and so counts less.

    Args:
        caches: of the datasets, by their world.
        batch_size: pairs in a batch.
        seed: of their order and of the pixels.
        matches: K, at most.

    Raises:
        UserError: for data without depth or poses, and with fewer than two objects.
    """

    def __init__(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int, matches: int):
        cache = caches["turntable"]
        self.frames, self.batch_size, self.seed = cache.frames, batch_size, seed
        self.matches = matches
        self.rows, views = views_of_objects(cache, "train")
        self.size = len(self.rows)
        if self.size < 2:
            raise UserError(
                "the turntable data hold too few objects to tell pixels apart: methods learn from "
                "those of collect --train-objects, and are shown on those of --val-objects."
            )
        self.counts = np.array([len(places) for places in views])
        self.starts = np.cumsum(self.counts) - self.counts
        self.places = np.concatenate(views)
        rows, side = cache.rows_of("image")[self.places], cache.frames.shape[1]
        self.posed = PosedViews.read(cache.dataset, cache.rows, rows, side)
        self._epochs = Epochs(self.size, seed)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        rng = np.random.default_rng([self.seed, number])
        drawn = self._epochs(number * self.batch_size, self.batch_size)
        views, pixels, matched = self._pairs(drawn, rng)
        for _ in range(TRIES - 1):
            few = np.flatnonzero(matched.sum(1) * FEW < self.matches)
            if not len(few):
                break
            again = self._pairs(drawn[few], rng)
            better = again[2].sum(1) > matched[few].sum(1)
            for kept, other in zip((views, pixels, matched), again, strict=True):
                kept[few[better]] = other[better]
        side = self.frames.shape[1]
        return {
            "first": load_frames(self.frames, self.places[views[:, 0]]),
            "second": load_frames(self.frames, self.places[views[:, 1]]),
            "pixels": torch.from_numpy(2 * pixels / np.float32(side) - 1),
            "matched": torch.from_numpy(matched),
            "index": torch.from_numpy(drawn),
            "row": torch.from_numpy(self.rows[drawn]),
        }

    def _pairs(
        self, objects: Int[np.ndarray, " B"], rng: np.random.Generator
    ) -> tuple[Int[np.ndarray, "B 2"], Float[np.ndarray, "B 2 K 2"], Bool[np.ndarray, "B K"]]:
        """Two views of each object, pixels of both, and which of them are matched."""
        counts = self.counts[objects]
        first = rng.integers(counts)
        second = (first + 1 + rng.integers(counts - 1)) % counts
        first, second = self.starts[objects] + first, self.starts[objects] + second
        here = self._scattered(len(objects), rng)
        there, same = self.posed.correspondences(first, second, here)
        order = np.where(same, rng.random(same.shape), 1)  # a few of the matched come first
        chosen = np.argsort(order, axis=1)[:, : self.matches]
        pixels = np.stack([here, there], axis=1)  # (B, 2, P, 2)
        pixels = np.take_along_axis(pixels, chosen[:, None, :, None], axis=2)
        matched = np.take_along_axis(same, chosen, axis=1)
        # Where the depth is not known a place is none: NaN would be in every gradient.
        pixels = np.where(matched[:, None, :, None], pixels, np.float32(self.frames.shape[1] / 2))
        return np.stack([first, second], axis=1), pixels, matched

    def _scattered(self, count: int, rng: np.random.Generator) -> Float[np.ndarray, "B P 2"]:
        """The centre of one pixel in each cell of a raster."""
        side = self.frames.shape[1]
        cells = min(RASTER, side)  # no pixel twice
        corners = np.stack(np.meshgrid(*[np.arange(cells)] * 2, indexing="xy"), axis=-1)
        places = corners.reshape(1, -1, 2) + rng.random((count, cells**2, 2), np.float32)
        return (np.floor(places * np.float32(side / cells)) + 0.5).astype(np.float32)
