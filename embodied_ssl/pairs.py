"""Batches of frame pairs with the motion between them, a function of seed and step."""

from __future__ import annotations

import numpy as np
import torch

from embodied_ssl.batches import Batch, gather
from embodied_ssl.data import FrameCache
from embodied_ssl.motion import MotionPatterns, mine_pairs

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
        self.frames, self.index = cache.frames, cache.index["image"]
        self.batch_size, self.seed, self.mirror = batch_size, seed, mirror
        self.pairs = mine_pairs(cache, "train", seconds)
        self.room = np.unique(cache.rows["instance"], return_inverse=True)[1]
        self.patterns = MotionPatterns(self.pairs.motion, patterns)
        self.pattern = self.patterns(self.pairs.motion)
        self.mirrored_pattern = self.patterns(self.pairs.motion * MIRROR)
        self._of_pattern = [np.flatnonzero(self.pattern == g) for g in range(patterns)]

    def __call__(self, step: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng([self.seed, step])
        drawn = rng.integers(len(self._of_pattern), size=self.batch_size)
        chosen = np.array([rng.choice(self._of_pattern[g]) for g in drawn])
        mirrored = rng.random(self.batch_size) < self.mirror
        motion = self.pairs.motion[chosen]
        pattern = np.where(mirrored, self.mirrored_pattern[chosen], self.pattern[chosen])
        return {
            "first": gather(self.frames, self.index[self.pairs.first[chosen]]),
            "second": gather(self.frames, self.index[self.pairs.second[chosen]]),
            "motion": torch.from_numpy(np.where(mirrored[:, None], motion * MIRROR, motion)),
            "pattern": torch.from_numpy(pattern.astype(np.int64)),
            "room": torch.from_numpy(self.room[self.pairs.first[chosen]]),
            "mirrored": torch.from_numpy(mirrored),
        }
