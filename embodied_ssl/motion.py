"""How a camera moved between two frames, and the patterns into which such motions fall.

Pairs of frames at most a second apart are clustered by k-means over yaw change and forward
displacement (Jayaraman and Grauman, ICCV 2015); those that bumped or barely moved are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import KMeans

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError

FRAMES_PER_SECOND = 10
STILL = np.array([0.05, np.radians(3.0)])  # metres and radians: less is hardly a motion


@dataclass(frozen=True)
class Pairs:
    """Frames of one episode, and how the camera moved from the first to the second."""

    first: Int[np.ndarray, " P"]
    """Rows of the dataset."""
    second: Int[np.ndarray, " P"]
    """Rows of the dataset."""
    motion: Float[np.ndarray, "P 3"]
    """Metres ahead, metres to the left, radians counter-clockwise, as the first camera sees it."""

    def __len__(self) -> int:
        return len(self.first)


def relative_motion(
    first: Float[np.ndarray, "P 4 4"], second: Float[np.ndarray, "P 4 4"]
) -> Float[np.ndarray, "P 3"]:
    """Metres ahead and to the left and radians counter-clockwise from pose to pose.

    Args:
        first, second: camera to world; x right, y down, z ahead.
    """
    moved = np.linalg.inv(first) @ second
    yaw = -np.arctan2(moved[:, 0, 2], moved[:, 2, 2])
    return np.stack([moved[:, 2, 3], -moved[:, 0, 3], yaw], axis=1)


def mine_pairs(cache: FrameCache, split: str, seconds: float = 1.0) -> Pairs:
    """Every pair of frames of a split's episodes at most so many seconds apart that moved freely.

    Args:
        cache: of a dataset with poses.
        split: of the episodes.
        seconds: between the two frames, at most.

    Raises:
        UserError: when the episodes are too short for any pair, or nothing ever moved.
    """
    rows = cache.rows
    ours = np.flatnonzero(rows["split"] == split)
    ours = ours[np.lexsort((rows["step"][ours], rows["episode"][ours]))]
    episode, step = rows["episode"][ours], rows["step"][ours].astype(int)
    bumps = np.concatenate([[0], np.cumsum(rows["bumped"][ours])])
    pose = np.stack(list(rows["pose"][ours])).reshape(-1, 4, 4) if len(ours) else None
    found = []
    for gap in range(1, round(seconds * FRAMES_PER_SECOND) + 1):
        start = np.arange(max(0, len(ours) - gap))
        end = start + gap
        together = (episode[start] == episode[end]) & (step[end] - step[start] == gap)
        free = bumps[end + 1] == bumps[start + 1]
        found.append(np.stack([start, end])[:, together & free])
    start, end = np.concatenate(found, axis=1) if found else np.zeros((2, 0), int)
    if not len(start):
        raise UserError(f"no two frames of a {split} episode are at most {seconds:g} s apart.")
    motion = relative_motion(pose[start], pose[end])
    moved = (np.abs(motion[:, [0, 2]]) > STILL).any(axis=1)
    if not moved.any():
        raise UserError(f"the camera never moves in the {split} episodes.")
    return Pairs(ours[start[moved]], ours[end[moved]], motion[moved].astype(np.float32))


class MotionPatterns:
    """k-means over yaw change and forward displacement, each in units of its spread.

    Args:
        motion: (P, 3) of the training pairs.
        count: G, how many patterns.
        seed: of the first centres.
    """

    def __init__(self, motion: Float[np.ndarray, "P 3"], count: int = 6, seed: int = 0):
        if len(motion) < count:
            raise UserError(f"{len(motion)} pairs are too few for {count} motion patterns.")
        self._scale = motion[:, [2, 0]].std(axis=0) + 1e-6
        signals = motion[:, [2, 0]] / self._scale
        self._clusters = KMeans(count, n_init=4, random_state=seed).fit(signals)
        # From the sharpest turn to the right to the sharpest to the left, whatever k-means began
        # with: pattern numbers mean the same from run to run.
        self._order = np.argsort(np.argsort(self._clusters.cluster_centers_[:, 0]))

    @property
    def centres(self) -> Float[np.ndarray, "G 2"]:
        """Yaw change (radians) and forward displacement (metres) of each pattern."""
        centres = np.empty_like(self._clusters.cluster_centers_)
        centres[self._order] = self._clusters.cluster_centers_
        return centres * self._scale

    def __call__(self, motion: Float[np.ndarray, "P 3"]) -> Int[np.ndarray, " P"]:
        """The pattern of each motion."""
        return self._order[self._clusters.predict(motion[:, [2, 0]] / self._scale)]

    def distance(self, motion: Float[np.ndarray, "P 3"]) -> Float[np.ndarray, " P"]:
        """How far each motion is from the centre of its pattern, in units of the spread."""
        return self._clusters.transform(motion[:, [2, 0]] / self._scale).min(axis=1)

    @property
    def atomic(self) -> dict[str, int]:
        """The patterns that turn right, turn left and go ahead most purely."""
        yaw, ahead = (self.centres / self._scale).T
        return {
            "right": int(yaw.argmin()),
            "left": int(yaw.argmax()),
            "ahead": int((ahead - 2 * np.abs(yaw)).argmax()),
        }
