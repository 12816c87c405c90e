"""How a camera moved between two frames, and the patterns into which such motions fall.

Pairs of frames at most a second apart are clustered by k-means over yaw change and forward
displacement (Jayaraman and Grauman, ICCV 2015); those that bumped or barely moved are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.cluster import KMeans

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError

TIME_TOLERANCE = 1e-3  # seconds: what rounding can do to a time
SECONDS = 0.5
"""Between two frames: at the greatest turn rate a whole second leaves nothing of a view."""
MIN_MOTION = np.array([0.05, np.radians(3.0)])  # metres and radians: less is hardly a motion


@dataclass(frozen=True)
class Pairs:
    """Frames of one episode, and how the camera moved from the first to the second."""

    first: Int[np.ndarray, " P"]
    """Rows of the dataset."""
    second: Int[np.ndarray, " P"]
    """Rows of the dataset."""
    motion: Float[np.ndarray, "P 3"]
    """Metres ahead, metres to the left, radians counter-clockwise, as the first camera sees it."""
    bumped: int = 0
    """Pairs as close in time that were left out because the camera bumped on the way."""
    still: int = 0
    """Pairs that were left out because it went on freely but barely moved."""

    def __len__(self) -> int:
        return len(self.first)


def relative_motion(
    first: Float[np.ndarray, "P 4 4"], second: Float[np.ndarray, "P 4 4"]
) -> Float[np.ndarray, "P 3"]:
    """Metres ahead and to the left and radians counter-clockwise from pose to pose.

    Args:
        first, second: camera to world; x right, y down, z ahead.
    """
    right, ahead = first[:, :3, 0], first[:, :3, 2]
    way, facing = second[:, :3, 3] - first[:, :3, 3], second[:, :3, 2]

    def along(axis: np.ndarray, vector: np.ndarray) -> np.ndarray:
        return np.einsum("pi,pi->p", axis, vector)

    yaw = -np.arctan2(along(right, facing), along(ahead, facing))
    return np.stack([along(ahead, way), -along(right, way), yaw], axis=1)


def mine_pairs(cache: FrameCache, split: str, seconds: float) -> Pairs:
    """Every pair of frames of a split's episodes at most so many seconds apart that moved freely.

    Args:
        cache: of a dataset with poses.
        split: of the episodes.
        seconds: between the two frames, at most.

    Raises:
        UserError: when the episodes are too short for any pair, or nothing ever moved.
    """
    return pairs_of_rows(cache.rows, split, seconds)


def pairs_of_rows(rows: dict[str, np.ndarray], split: str, seconds: float) -> Pairs:
    """The same of a dataset's columns (episode, step, time, split, pose, bumped) without images."""
    ours = np.flatnonzero(rows["split"] == split)
    ours = ours[np.lexsort((rows["step"][ours], rows["episode"][ours]))]
    episode, step, time, bumped = (rows[n][ours] for n in ("episode", "step", "time", "bumped"))
    reach = _reach(episode, step, time, bumped, seconds)
    longest = reach.max(initial=0)
    if longest == 0:
        raise UserError(f"no two frames of a {split} episode are at most {seconds:g} s apart.")
    pose = np.stack(list(rows["pose"][ours])).reshape(-1, 4, 4).astype(float)
    pairs, motions = [], []
    for gap in range(1, longest + 1):
        start = np.flatnonzero(reach >= gap)
        motion = relative_motion(pose[start], pose[start + gap])
        moved = (np.abs(motion[:, [0, 2]]) > MIN_MOTION).any(axis=1)
        pairs.append(ours[np.stack([start, start + gap])[:, moved]])
        motions.append(motion[moved].astype(np.float32))
    first, second = np.concatenate(pairs, axis=1)
    if not len(first):
        raise UserError(f"the camera never moves in the {split} episodes.")
    free = int(reach.sum())
    close = int(_reach(episode, step, time, np.zeros_like(bumped), seconds).sum())
    return Pairs(
        first, second, np.concatenate(motions), bumped=close - free, still=free - len(first)
    )


def _reach(
    episode: Int[np.ndarray, " R"],
    step: Int[np.ndarray, " R"],
    time: Float[np.ndarray, " R"],
    bumped: Bool[np.ndarray, " R"],
    seconds: float,
) -> Int[np.ndarray, " R"]:
    """How many of the frames after each are at most so many seconds later and were driven to
    freely. The frames are in order, episode after episode."""
    if not len(time):
        return np.zeros(0, int)
    broken = (np.diff(episode) != 0) | (np.diff(step.astype(int)) != 1) | bumped[1:]
    run = np.concatenate([[0], np.cumsum(broken)])
    # Runs are laid out one after the other on one axis of time, too far apart for a pair.
    time = time.astype(float)
    apart = np.ptp(time) + 2 * seconds + 1
    time = time + run * apart
    last = np.searchsorted(time, time + seconds + TIME_TOLERANCE, side="right") - 1
    return last - np.arange(len(time))


def in_words(ahead: float, yaw: float) -> str:
    """Metres ahead and radians counter-clockwise, such as ``31 cm ahead, 12° right``."""
    way, turn = round(100 * float(ahead)), round(float(np.degrees(yaw)))
    parts = []
    if way:
        parts.append(f"{abs(way)} cm {'ahead' if way > 0 else 'back'}")
    if turn:
        parts.append(f"{abs(turn)}° {'left' if turn > 0 else 'right'}")
    return ", ".join(parts) or "no motion"


class Pattern(NamedTuple):
    """A pattern of motion as it is listed."""

    name: str
    """right, left or ahead if it is atomic, otherwise empty."""
    yaw: float
    """Radians counter-clockwise at its centre."""
    ahead: float
    """Metres ahead at its centre."""
    share: float
    """Of the pairs."""


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

    def listed(self, motion: Float[np.ndarray, "P 3"]) -> list[Pattern]:
        """Every pattern with its share of these motions, from the sharpest turn to the right on."""
        names = {pattern: name for name, pattern in self.atomic.items()}
        counts = np.bincount(self(motion), minlength=len(self.centres))
        return [
            Pattern(names.get(g, ""), float(yaw), float(ahead), float(counts[g] / len(motion)))
            for g, (yaw, ahead) in enumerate(self.centres)
        ]
