"""In which order LeRobot has the rows, and to which episode, split and task each belongs.

Episodes follow one another split by split, because LeRobot names those of a split by a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from embodied_ssl.exporting.lerobot_columns import Column

SPLITS = ("train", "val", "test")
OWN = ("timestamp", "frame_index", "episode_index", "index", "task_index")
"""Features that LeRobot has of every frame."""
ROW = "row"
"""The feature that says which row of the dataset a frame is."""


@dataclass(frozen=True)
class Frames:
    """The rows in the order of the frames, (N,) each."""

    rows: np.ndarray
    """Number of the row in the dataset."""
    splits: np.ndarray
    episodes: np.ndarray
    """Episode of each frame, from 0."""
    steps: np.ndarray
    """Number of each frame within its episode, from 0."""
    tasks: np.ndarray
    """What is done, in words."""
    times: np.ndarray
    """Seconds since the beginning of the episode."""
    fps: int

    @classmethod
    def of(cls, columns: dict[str, Column], env: str) -> Frames:
        """The frames of a dataset's columns: an episode ends where its number or its split does."""
        splits = _texts(columns, "split", "train")
        names = [*SPLITS, *sorted(set(splits) - set(SPLITS))]
        rows = np.argsort([names.index(split) for split in splits], kind="stable")
        number = np.arange(len(rows))
        if "episode" in columns:
            number = columns["episode"].values.to_numpy(zero_copy_only=False)
        splits, number = splits[rows], number[rows]
        begins = np.ones(len(rows), bool)
        begins[1:] = (splits[1:] != splits[:-1]) | (number[1:] != number[:-1])
        episodes = np.cumsum(begins) - 1
        steps = np.arange(len(rows)) - np.flatnonzero(begins)[episodes]
        fps, times = 1, steps.astype(np.float32)
        if "time" in columns:
            times = columns["time"].values.to_numpy(zero_copy_only=False)[rows]
            between = np.diff(times)[~begins[1:]]
            fps = max(1, round(1 / float(np.median(between)))) if len(between) else 1
        tasks = _texts(columns, "interaction", env)[rows]
        return cls(rows, splits, episodes, steps, tasks, times.astype(np.float32), fps)

    @cached_property
    def starts(self) -> np.ndarray:
        """The first frame of each episode, and behind them the number of all frames."""
        return np.append(np.flatnonzero(self.steps == 0), len(self.rows))

    @cached_property
    def task_names(self) -> list[str]:
        """The tasks in the order of their numbers."""
        return sorted(set(self.tasks.tolist()))

    def ranges(self) -> dict[str, str]:
        """The episodes of each split, ``"0:360"``."""
        of_episodes = self.splits[self.starts[:-1]]
        return {
            split: f"{np.flatnonzero(of_episodes == split)[0]}:"
            f"{np.flatnonzero(of_episodes == split)[-1] + 1}"
            for split in dict.fromkeys(of_episodes.tolist())
        }

    def columns(self) -> dict[str, Column]:
        """What LeRobot wants to know of every frame, and the row of each."""
        numbers = {name: number for number, name in enumerate(self.task_names)}
        values = {
            "timestamp": self.times,
            "frame_index": self.steps,
            "episode_index": self.episodes,
            "index": np.arange(len(self.rows)),
            "task_index": np.array([numbers[task] for task in self.tasks]),
            ROW: self.rows,
        }
        types = {name: pa.float32() if name == "timestamp" else pa.int64() for name in values}
        return {
            name: Column(pa.array(each, types[name]), "float32" if name == "timestamp" else "int64")
            for name, each in values.items()
        }


def _texts(columns: dict[str, Column], name: str, otherwise: str) -> np.ndarray:
    if name in columns:
        return np.array(columns[name].values.to_pylist(), object)
    count = len(next(iter(columns.values())).values)
    return np.array([otherwise] * count, object)
