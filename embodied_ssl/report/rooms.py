"""What a moving camera saw: its rooms, trajectories through some of them, and its motions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from embodied_ssl.data import Dataset, FrameCache, VideoFolder
from embodied_ssl.figures import Fragment, Section, Tiles
from embodied_ssl.report.html import render
from embodied_ssl.report.images import data_uri
from embodied_ssl.report.motions import motions
from embodied_ssl.trajectories import Trajectory, from_above, mapped

STRIP = 8  # frames of an episode
CATEGORIES = 8  # of which an episode is shown
SPLITS = ("train", "val", "test")


def rooms(dataset: Dataset | VideoFolder, seed: int = 0) -> Section:
    """The section about a dataset of rooms."""
    cache = dataset.cache()
    rows = cache.rows
    instances = dict(zip(rows["instance"], rows["split"], strict=True))
    splits = Counter(instances.values())
    found = episodes(rows)
    paths = [from_above(poses_of(rows, episode)) for episode in found]
    shown = render(
        "rooms.html.j2",
        bumped=bool(rows["bumped"].any()),
        strips=strips(cache, found, paths, seed),
        left_out=sorted(set(rows["category"]))[CATEGORIES:],
        motions=motions(rows, seed),
    )
    return Section(
        "Rooms",
        (tiles(rows, found, paths), Fragment(shown)),
        ", ".join(f"{splits[split]:,} {split}" for split in SPLITS) + " rooms.",
        str(dataset.path),
        menu="Rooms",
    )


def tiles(rows: dict[str, np.ndarray], found: list[np.ndarray], paths: list[Trajectory]) -> Tiles:
    """How much was seen on how long a way."""
    metres = sum(path.metres for path in paths)
    minutes = sum(seconds_of(rows, episode) for episode in found) / 60
    return Tiles(
        {
            "rooms": f"{len(set(rows['instance'])):,}",
            "categories of room": f"{len(set(rows['category'])):,}",
            "frames": f"{len(rows['category']):,}",
            "minutes of driving": f"{minutes:,.0f}",
            "metres driven": f"{metres:,.0f}",
            "frames with a bump": f"{rows['bumped'].mean():.1%}",
        }
    )


def episodes(rows: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The rows of each episode, in the order of time."""
    order = np.lexsort((rows["step"], rows["episode"]))
    return np.split(order, np.flatnonzero(np.diff(rows["episode"][order])) + 1)


def poses_of(rows: dict[str, np.ndarray], chosen: np.ndarray) -> np.ndarray:
    """Camera to world, (N, 4, 4)."""
    return np.stack(list(rows["pose"][chosen])).reshape(-1, 4, 4)


def seconds_of(rows: dict[str, np.ndarray], episode: np.ndarray) -> float:
    """From the first frame of an episode to the last."""
    return float(rows["time"][episode[-1]] - rows["time"][episode[0]])


def strips(
    cache: FrameCache, found: list[np.ndarray], paths: list[Trajectory], seed: int
) -> list[dict[str, Any]]:
    """Of each category one episode, drawn at random: frames of it, and its path from above."""
    categories = [cache.rows["category"][episode[0]] for episode in found]
    drawn: dict[str, int] = {}
    for number in np.random.default_rng(seed).permutation(len(found)).tolist():
        drawn.setdefault(categories[number], number)
    chosen = [drawn[category] for category in sorted(drawn)[:CATEGORIES]]
    widest = max(paths[number].extent for number in chosen)
    return [strip(cache, found[number], paths[number], widest) for number in chosen]


def strip(
    cache: FrameCache, episode: np.ndarray, path: Trajectory, widest: float
) -> dict[str, Any]:
    """Frames of an episode, evenly spaced in time, and where they were seen."""
    rows = cache.rows
    seen = np.unique(np.linspace(0, len(episode) - 1, STRIP).round().astype(int))
    return {
        "category": rows["category"][episode[0]],
        "split": rows["split"][episode[0]],
        "metres": path.metres,
        "seconds": seconds_of(rows, episode),
        "frames": [data_uri(cache.frames[cache.index["image"][row]]) for row in episode[seen]],
        "map": mapped(path, seen, np.flatnonzero(rows["bumped"][episode]), widest),
    }
