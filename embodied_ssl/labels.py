"""A few frames whose kind of room is told: what supervised terms and few-label protocols get."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Int, Shaped

from embodied_ssl.batches import Batch, gather
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError


def few_of_each(
    labels: Shaped[np.ndarray, " N"], rng: np.random.Generator, count: int
) -> Int[np.ndarray, " M"]:
    """Places of ``count`` items of each label, fewer where there are fewer."""
    drawn = [
        rng.permutation(np.flatnonzero(labels == label))[:count] for label in np.unique(labels)
    ]
    return np.concatenate(drawn)


class LabelledSampler:
    """``labelled`` frames of the training rooms (B, 3, S, S) and their ``kind`` (B,), a number.

    Args:
        cache: of a dataset of rooms.
        batch_size: frames in a batch.
        seed: of the choice of the labelled frames and of the batches.
        count: labelled frames of each kind; 0 for all.
        most: kinds that there may be.
    """

    def __init__(self, cache: FrameCache, batch_size: int, seed: int, count: int, most: int):
        train = np.flatnonzero(cache.rows["split"] == "train")
        kinds = cache.rows["kind"][train].astype(str)
        self.names = np.unique(kinds)
        if not 2 <= len(self.names) <= most:
            raise UserError(
                f"the training rooms are of {len(self.names)} kinds: labels need 2 to {most}."
            )
        chosen = np.arange(len(train))
        if count:
            chosen = few_of_each(kinds, np.random.default_rng(seed), count)
        self.rows, self.kind = train[chosen], np.searchsorted(self.names, kinds[chosen])
        self.frames, self.index = cache.frames, cache.index["image"]
        self.batch_size, self.seed = batch_size, seed

    def __call__(self, step: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng([self.seed, step, 1])
        drawn = rng.integers(len(self.rows), size=self.batch_size)
        return {
            "labelled": gather(self.frames, self.index[self.rows[drawn]]),
            "kind": torch.from_numpy(self.kind[drawn].astype(np.int64)),
        }
