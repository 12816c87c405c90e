"""Batches of clips, a few frames of an episode in order, a pure function of their number."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Int, UInt8

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.optical_flow import flow_magnitude


class ClipSampler:
    """``clip`` (B, T, 3, S, S) uint8, frames of a training episode in order, and the ``time``
    (B, T) of each in seconds since the first.

    A clip may begin at every frame that is followed by enough others, so clips overlap. ``row`` is
    that of its first frame.

    Args:
        cache: of a dataset with episodes of frames, such as rooms.
        batch_size: clips in a batch.
        seed: of their order.
        length: T, frames in a clip.
        stride: steps of the episode from each frame of a clip to the next.
        moving: part of the clips that is used, those with the most motion by optical flow.

    Raises:
        UserError: when no episode is long enough.
    """

    def __init__(
        self,
        cache: FrameCache,
        batch_size: int,
        seed: int,
        length: int,
        stride: int = 1,
        moving: float = 1.0,
    ):
        self.frames, self.places, self.time = cache.frames, cache.index["image"], cache.rows["time"]
        self.batch_size = batch_size
        episode, step = cache.rows["episode"], cache.rows["step"]
        ours = np.flatnonzero((cache.rows["split"] == "train") & (self.places >= 0))
        ours = ours[np.lexsort((step[ours], episode[ours]))]
        steps = stride * (length - 1)  # from the first frame of a clip to its last
        starts = np.arange(max(len(ours) - steps, 0))
        first, last = ours[starts], ours[starts + steps]
        # Later by no more than that many steps: no frame between them is missing.
        whole = (episode[first] == episode[last]) & (step[last] - step[first] == steps)
        starts = starts[whole]
        if moving < 1 and len(starts):
            starts = _most_moving(cache.frames, self.places[ours], starts, steps, moving)
        self.clips = ours[starts[:, None] + stride * np.arange(length)]  # (size, T) rows
        self.size = len(self.clips)
        if not self.size:
            raise UserError(f"no training episode has {steps + 1} frames one after the other.")
        self._epochs = Epochs(self.size, seed)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        drawn = self._epochs(number * self.batch_size, self.batch_size)
        rows = self.clips[drawn]  # (B, T)
        clip = load_frames(self.frames, self.places[rows].ravel())
        time = self.time[rows] - self.time[rows[:, :1]]
        return {
            "clip": clip.unflatten(0, rows.shape),
            "time": torch.from_numpy(time),
            "index": torch.from_numpy(drawn),
            "row": torch.from_numpy(rows[:, 0]),
        }


def _most_moving(
    frames: UInt8[np.ndarray, "N S S 3"],
    places: Int[np.ndarray, " M"],
    starts: Int[np.ndarray, " C"],
    steps: int,
    share: float,
) -> Int[np.ndarray, " K"]:
    """Those of the starts, in order, after which most moves within so many steps."""
    moved = np.concatenate([[0], np.cumsum(flow_magnitude(frames, places))])
    motion = moved[starts + steps] - moved[starts]
    kept = max(round(share * len(starts)), 1)
    return np.sort(starts[np.argsort(-motion, kind="stable")[:kept]])
