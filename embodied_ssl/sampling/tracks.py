"""Patches followed through clips by optical flow, without any label."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.progress import progress_bar
from embodied_ssl.sampling.base import Batch, Epochs, load_frames
from embodied_ssl.sampling.clips import ClipSampler

TRIED = 20_000  # clips at most
CORNERS = {"maxCorners": 40, "qualityLevel": 0.02, "minDistance": 3}
BACK = 1.0  # pixels: a corner that is followed there and back comes home within as much
FEWEST = 4  # corners that have to be found again


class TrackSampler:
    """``first`` and ``last`` frames (B, 3, S, S) of a track, and where its patch is in each,
    ``first_centre`` and ``last_centre`` (B, 2): column and row as parts of the side.

    A track begins where a frame has the most corners; the middle of those that pyramidal
    Lucas-Kanade flow finds again, and that are found back from there, leads it through the clip.

    Args:
        cache: of a dataset with episodes of frames.
        batch_size: tracks in a batch.
        seed: of the choice of clips and of their order.
        length: frames in a clip.
        stride: steps of the episode from each frame to the next.
        side: of the patch, as a part of the frame's side.

    Raises:
        UserError: when nothing can be followed.
    """

    def __init__(
        self,
        cache: FrameCache,
        batch_size: int,
        seed: int,
        length: int,
        stride: int,
        side: float,
    ):
        self.frames, self.places, self.batch_size = cache.frames, cache.index["image"], batch_size
        clips = ClipSampler(cache, batch_size, seed, length, stride).clips
        clips = np.random.default_rng(seed).permutation(clips)[:TRIED]
        found, kept = [], []
        with progress_bar("follow patches", len(clips), "clips") as advance:
            for number, clip in enumerate(clips):
                track = follow(self.frames[self.places[clip]], side)
                if track is not None:
                    found.append(track)
                    kept.append(number)
                advance(1)
        if not found:
            raise UserError("no patch can be followed through the training episodes.")
        self.rows = clips[kept][:, [0, -1]]  # (size, 2)
        self.centres = np.array(found, np.float32)  # (size, 2, 2)
        self.size = len(self.rows)
        self._epochs = Epochs(self.size, seed)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        drawn = self._epochs(number * self.batch_size, self.batch_size)
        first, last = self.places[self.rows[drawn]].T
        return {
            "first": load_frames(self.frames, first),
            "last": load_frames(self.frames, last),
            "first_centre": torch.from_numpy(self.centres[drawn, 0]),
            "last_centre": torch.from_numpy(self.centres[drawn, 1]),
            "index": torch.from_numpy(drawn),
            "row": torch.from_numpy(self.rows[drawn, 0]),
        }


def follow(
    clip: UInt8[np.ndarray, "T S S 3"], side: float
) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]] | None:
    """Where a patch is in the first and in the last frame of a clip, column and row as parts of the
    side; nothing when it is lost or leaves the frame."""
    gray = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in clip]
    corners = cv2.goodFeaturesToTrack(gray[0], **CORNERS)
    if corners is None or len(corners) < FEWEST:
        return None
    size, reach = clip.shape[1], side * clip.shape[1] / 2
    points = corners[:, 0]  # (P, 2)
    near = np.abs(points[:, None] - points).max(2) < reach  # (P, P)
    points = points[near[near.sum(1).argmax()]]
    start = points.mean(0)
    offset = np.zeros(2, np.float32)
    for before, after in zip(gray, gray[1:], strict=False):
        forward, found, _ = cv2.calcOpticalFlowPyrLK(before, after, points, None)
        back, returned, _ = cv2.calcOpticalFlowPyrLK(after, before, forward, None)
        home = np.abs(back - points).max(1) < BACK
        safe = home & (found[:, 0] == 1) & (returned[:, 0] == 1)
        if safe.sum() < FEWEST:
            return None
        offset += np.median(forward[safe] - points[safe], axis=0)
        points = forward[safe]
    end = start + offset
    inside = [reach <= value <= size - reach for value in (*start, *end)]
    return (start / size, end / size) if all(inside) else None
