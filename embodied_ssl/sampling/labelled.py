"""A few frames whose kind of room is told: what supervised terms and few-label protocols get."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Int, Shaped

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.pairs import PairSampler


def sample_per_class(
    labels: Shaped[np.ndarray, " N"], rng: np.random.Generator, count: int
) -> Int[np.ndarray, " M"]:
    """Places of ``count`` items of each label, fewer where there are fewer."""
    drawn = [
        rng.permutation(np.flatnonzero(labels == label))[:count] for label in np.unique(labels)
    ]
    return np.concatenate(drawn)


class LabelledSampler:
    """``labelled`` frames of the training rooms (B, 3, S, S) and their ``category`` (B,), a number.

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
            chosen = sample_per_class(kinds, np.random.default_rng(seed), count)
        self.rows, self.category = train[chosen], np.searchsorted(self.names, kinds[chosen])
        self.frames, self.places = cache.frames, cache.index["image"]
        self.batch_size, self.size = batch_size, len(self.rows)
        self._epochs = Epochs(self.size, seed, 1)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        drawn = self._epochs(number * self.batch_size, self.batch_size)
        return {
            "labelled": load_frames(self.frames, self.places[self.rows[drawn]]),
            "category": torch.from_numpy(self.category[drawn].astype(np.int64)),
            "index": torch.from_numpy(drawn),
            "row": torch.from_numpy(self.rows[drawn]),
        }


class LabelledPairs:
    """Pairs of frames, and beside them a few labelled ones; an epoch is one of the pairs."""

    def __init__(self, pairs: PairSampler, labelled: LabelledSampler):
        self.pairs, self.labelled, self.size = pairs, labelled, pairs.size

    def __call__(self, number: int) -> Batch:
        """The batch of a number; ``index`` and ``row`` are those of the pairs."""
        return self.labelled(number) | self.pairs(number)
