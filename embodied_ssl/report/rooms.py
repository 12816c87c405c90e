"""What a moving camera saw: its rooms, drives through some of them, and its motions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from embodied_ssl.data import Dataset, FrameCache, VideoFolder
from embodied_ssl.report.drives import Drive, from_above, mapped
from embodied_ssl.report.images import data_uri
from embodied_ssl.report.motions import motions

STRIP = 8  # frames of a drive
KINDS = 8  # of which a drive is shown
SPLITS = ("train", "val", "test")


def rooms(dataset: Dataset | VideoFolder, seed: int = 0) -> dict[str, Any]:
    """What ``rooms.html.j2`` shows of a data set."""
    cache = dataset.cache()
    rows = cache.rows
    drives = episodes(rows)
    paths = [from_above(poses_of(rows, drive)) for drive in drives]
    metres = sum(path.metres for path in paths)
    minutes = sum(seconds_of(rows, drive) for drive in drives) / 60
    instances = dict(zip(rows["instance"], rows["split"], strict=True))
    splits = Counter(instances.values())
    return {
        "tiles": [
            ("rooms", f"{len(instances):,}"),
            ("kinds of room", f"{len(set(rows['kind'])):,}"),
            ("frames", f"{len(rows['kind']):,}"),
            ("minutes of driving", f"{minutes:,.0f}"),
            ("metres driven", f"{metres:,.0f}"),
            ("frames with a bump", f"{rows['bumped'].mean():.1%}"),
        ],
        "splits": [(split, splits[split]) for split in SPLITS],
        "bumped": bool(rows["bumped"].any()),
        "strips": strips(cache, drives, paths, seed),
        "motions": motions(rows, seed),
    }


def episodes(rows: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The rows of each episode, in the order of time."""
    order = np.lexsort((rows["step"], rows["episode"]))
    return np.split(order, np.flatnonzero(np.diff(rows["episode"][order])) + 1)


def poses_of(rows: dict[str, np.ndarray], chosen: np.ndarray) -> np.ndarray:
    """Camera to world, (N, 4, 4)."""
    return np.stack(list(rows["pose"][chosen])).reshape(-1, 4, 4)


def seconds_of(rows: dict[str, np.ndarray], drive: np.ndarray) -> float:
    """From the first frame of a drive to the last."""
    return float(rows["time"][drive[-1]] - rows["time"][drive[0]])


def strips(
    cache: FrameCache, drives: list[np.ndarray], paths: list[Drive], seed: int
) -> list[dict[str, Any]]:
    """Of each kind of room one drive, drawn at random: frames of it, and its path from above."""
    kinds = [cache.rows["kind"][drive[0]] for drive in drives]
    drawn: dict[str, int] = {}
    for number in np.random.default_rng(seed).permutation(len(drives)).tolist():
        drawn.setdefault(kinds[number], number)
    chosen = [drawn[kind] for kind in sorted(drawn)[:KINDS]]
    widest = max(paths[number].extent for number in chosen)
    return [strip(cache, drives[number], paths[number], widest) for number in chosen]


def strip(cache: FrameCache, drive: np.ndarray, path: Drive, widest: float) -> dict[str, Any]:
    """Frames of a drive, evenly spaced in time, and where they were seen."""
    rows = cache.rows
    seen = np.unique(np.linspace(0, len(drive) - 1, STRIP).round().astype(int))
    return {
        "kind": rows["kind"][drive[0]],
        "split": rows["split"][drive[0]],
        "metres": path.metres,
        "seconds": seconds_of(rows, drive),
        "frames": [data_uri(cache.frames[cache.index["image"][row]]) for row in drive[seen]],
        "map": mapped(path, seen, np.flatnonzero(rows["bumped"][drive]), widest),
    }
