"""The folder ``meta`` of a LeRobotDataset: what the frames are, statistics, tasks and episodes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from embodied_ssl.exporting.lerobot_columns import Column
from embodied_ssl.exporting.lerobot_frames import Frames
from embodied_ssl.exporting.lerobot_images import Camera
from embodied_ssl.exporting.lerobot_stats import stats_of

VERSION = "v3.0"
FILES_IN_A_CHUNK = 1000
LARGEST = 100
"""Megabytes of images and numbers after which another file begins."""
FILE = "chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"


def place_of(file: int) -> dict[str, int]:
    """The numbers in the path of a file, by its number among all."""
    return {"chunk_index": file // FILES_IN_A_CHUNK, "file_index": file % FILES_IN_A_CHUNK}


def write_meta(
    folder: Path,
    frames: Frames,
    columns: dict[str, Column],
    cameras: list[Camera],
    files: list[int],
    env: str,
) -> None:
    """Write ``info.json``, ``stats.json``, ``tasks.parquet`` and the Parquet file of episodes.

    Args:
        folder: to write into.
        frames: in their order.
        columns: that are no images, in that order too.
        cameras: whose images were counted.
        files: number of the data file of each episode.
        env: name of the world.
    """
    meta = folder / "meta"
    (meta / "episodes" / "chunk-000").mkdir(parents=True)
    _write_json(meta / "info.json", _info(frames, columns, cameras, env))
    numbers = {name: column.numbers for name, column in columns.items()}
    numbers = {name: values for name, values in numbers.items() if values is not None}
    stats = {name: stats_of(values) for name, values in numbers.items()}
    _write_json(meta / "stats.json", stats | {camera.key: camera.stats for camera in cameras})
    tasks = pd.DataFrame({"task_index": range(len(frames.task_names))}, index=frames.task_names)
    tasks.index.name = "task"
    tasks.to_parquet(meta / "tasks.parquet")
    episodes = _episodes(frames, numbers, cameras, files)
    pq.write_table(episodes, meta / "episodes" / FILE.format(**place_of(0)), compression="zstd")


def _info(
    frames: Frames, columns: dict[str, Column], cameras: list[Camera], env: str
) -> dict[str, Any]:
    features = {camera.key: camera.feature for camera in cameras}
    return {
        "codebase_version": VERSION,
        "robot_type": env,
        "total_episodes": len(frames.starts) - 1,
        "total_frames": len(frames.rows),
        "total_tasks": len(frames.task_names),
        "chunks_size": FILES_IN_A_CHUNK,
        "data_files_size_in_mb": LARGEST,
        "video_files_size_in_mb": LARGEST,
        "fps": frames.fps,
        "splits": frames.ranges(),
        "data_path": f"data/{FILE}",
        "video_path": None,
        "features": features | {name: column.feature for name, column in columns.items()},
    }


def _episodes(
    frames: Frames, numbers: dict[str, np.ndarray], cameras: list[Camera], files: list[int]
) -> pa.Table:
    """A row for each episode: where it is, how it is split, and its statistics."""
    rows = []
    for episode, (begin, end) in enumerate(zip(frames.starts[:-1], frames.starts[1:], strict=True)):
        row: dict[str, Any] = {
            "episode_index": episode,
            "tasks": sorted(set(frames.tasks[begin:end].tolist())),
            "length": int(end - begin),
            "split": frames.splits[begin],
            "dataset_from_index": int(begin),
            "dataset_to_index": int(end),
        }
        row |= {f"data/{name}": number for name, number in place_of(files[episode]).items()}
        row |= {f"meta/episodes/{name}": number for name, number in place_of(0).items()}
        stats = {name: stats_of(values[begin:end]) for name, values in numbers.items()}
        stats |= {camera.key: camera.episodes[episode] for camera in cameras}
        for name, each in stats.items():
            row |= {f"stats/{name}/{statistic}": values for statistic, values in each.items()}
        rows.append(row)
    return pa.Table.from_pylist(rows)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
