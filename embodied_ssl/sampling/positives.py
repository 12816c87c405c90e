"""Pairs of frames that belong together: of one episode, or of one interaction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.interaction_sampler import InteractionSampler
from embodied_ssl.sampling.interactions import WITH_POSITIVES
from embodied_ssl.sampling.object_views import Positives

MOMENT_STEPS = 10
"""Of an episode between two frames, unless told otherwise."""
INTERACTION_IMAGES = {"identity": ("first", "second"), "push": ("before", "after")}


class Moments:
    """``first`` and ``second`` frames (B, 3, S, S) of an episode, some steps apart.

    Args:
        cache: of a dataset with episodes of frames.
        batch_size: pairs in a batch.
        seed: of their order and of the distances.
        steps: between the two frames, at most; each distance from 1 on is as likely.

    Raises:
        UserError: when no training episode has two frames.
    """

    def __init__(self, cache: FrameCache, batch_size: int, seed: int, steps: int):
        self.frames, self.places = cache.frames, cache.index["image"]
        self.batch_size, self.seed, self.steps = batch_size, seed, steps
        episode, step = cache.rows["episode"], cache.rows["step"]
        ours = np.flatnonzero((cache.rows["split"] == "train") & (self.places >= 0))
        self.rows = ours[np.lexsort((step[ours], episode[ours]))]
        last = np.flatnonzero(np.diff(episode[self.rows], append=-1))  # of each episode
        self.end = last[np.searchsorted(last, np.arange(len(self.rows)))]
        self.starts = np.flatnonzero(self.end > np.arange(len(self.rows)))
        self.size = len(self.starts)
        if not self.size:
            raise UserError("no training episode has two frames.")
        self._epochs = Epochs(self.size, seed)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        rng = np.random.default_rng([self.seed, number])
        drawn = self._epochs(number * self.batch_size, self.batch_size)
        first = self.starts[drawn]
        second = np.minimum(first + rng.integers(1, self.steps + 1, len(first)), self.end[first])
        frames = (load_frames(self.frames, self.places[self.rows[x]]) for x in (first, second))
        return dict(zip(("first", "second"), frames, strict=True)) | {
            "index": torch.from_numpy(drawn),
            "row": torch.from_numpy(self.rows[first]),
        }


class InteractionPairs:
    """``first`` and ``second`` frames (B, 3, S, S): two views of an object, or before and after.

    Args:
        caches: of the datasets, by their world.
        batch_size: pairs in a batch.
        seed: of their order.
        interaction: "identity" or "push".
        positives: what identity takes as views of one object.

    Raises:
        UserError: when none of the datasets has them, or one fewer than two.
    """

    def __init__(
        self,
        caches: Mapping[str, FrameCache],
        batch_size: int,
        seed: int,
        interaction: str,
        positives: Positives = "views",
    ):
        self.interaction, self.images = interaction, INTERACTION_IMAGES[interaction]
        self._sampler = InteractionSampler(
            caches, {interaction: batch_size}, seed, WITH_POSITIVES[positives]
        )
        self.size = self._sampler.size

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        batch = self._sampler(number)[self.interaction]
        first, second = (batch[column] for column in self.images)
        return {"first": first, "second": second, "index": batch["index"], "row": batch["row"]}
