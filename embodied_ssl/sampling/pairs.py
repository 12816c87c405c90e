"""Batches of frame pairs with the motion between them, a pure function of their number."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Int

from embodied_ssl.data import FrameCache
from embodied_ssl.motion import MotionPatterns, mine_pairs
from embodied_ssl.sampling.base import Batch, Epochs, load_frames

MIRROR = np.array([1, -1, -1], np.float32)
"""A motion in a mirror: as far ahead, as far to the other side, turned the other way."""


class PairSampler:
    """``first`` and ``second`` frames, the ``motion`` (3) between them, its ``pattern``, and the
    ``room``, a number.

    Every pattern is drawn as often as any other. Then some of the pairs are ``mirrored``: both
    frames are to be seen in a mirror, and motion and pattern are what they are there, left for
    right.

    Args:
        cache: of a dataset with poses.
        batch_size: pairs in a batch.
        seed: of the choice of pairs.
        seconds: between the two frames, at most.
        patterns: G, into how many the motions of the training episodes are clustered.
        mirror: probability that a pair is mirrored.
    """

    def __init__(
        self,
        cache: FrameCache,
        batch_size: int,
        seed: int,
        seconds: float,
        patterns: int,
        mirror: float,
    ):
        self.frames, self.places = cache.frames, cache.index["image"]
        self.batch_size, self.seed, self.mirror = batch_size, seed, mirror
        self.pairs = mine_pairs(cache, "train", seconds)
        self.room = np.unique(cache.rows["instance"], return_inverse=True)[1]
        self.patterns = MotionPatterns(self.pairs.motion, patterns)
        self.pattern = self.patterns(self.pairs.motion)
        self.mirrored_pattern = self.patterns(self.pairs.motion * MIRROR)
        self._of_pattern = [np.flatnonzero(self.pattern == g) for g in range(patterns)]
        self._epochs = [Epochs(len(p), seed, g) for g, p in enumerate(self._of_pattern)]
        self.size = len(self.pairs)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        rng = np.random.default_rng([self.seed, number])
        # The patterns take turns, each through epochs of its own; their order in a batch is random.
        patterns = len(self._of_pattern)
        turns = np.arange(number * self.batch_size, (number + 1) * self.batch_size)
        index = np.concatenate(
            [self._drawn(g, turns[turns % patterns == g]) for g in range(patterns)]
        )
        chosen = rng.permutation(index)
        mirrored = rng.random(self.batch_size) < self.mirror
        motion = self.pairs.motion[chosen]
        pattern = np.where(mirrored, self.mirrored_pattern[chosen], self.pattern[chosen])
        first, second = self.pairs.first[chosen], self.pairs.second[chosen]
        return {
            "first": load_frames(self.frames, self.places[first]),
            "second": load_frames(self.frames, self.places[second]),
            "motion": torch.from_numpy(np.where(mirrored[:, None], motion * MIRROR, motion)),
            "pattern": torch.from_numpy(pattern.astype(np.int64)),
            "room": torch.from_numpy(self.room[first]),
            "mirrored": torch.from_numpy(mirrored),
            "index": torch.from_numpy(chosen),
            "row": torch.from_numpy(first),
        }

    def _drawn(self, pattern: int, turns: Int[np.ndarray, " T"]) -> Int[np.ndarray, " T"]:
        """The pairs of a pattern at its turns, which follow one another."""
        if not len(turns):
            return turns
        start = turns[0] // len(self._of_pattern)
        return self._of_pattern[pattern][self._epochs[pattern](start, len(turns))]
