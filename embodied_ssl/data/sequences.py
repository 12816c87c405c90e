"""One sequence of a moving camera: numbered frames, where each was taken and when."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embodied_ssl.data.photos import PHOTOS
from embodied_ssl.errors import UserError

POSES = "poses.txt"
TIMES = "times.txt"
RATES = {"kitti": 10, "7-scenes": 30}
"""Frames a second of a layout, unless there is a ``times.txt``."""
FARTHEST = 1e7  # metres from the origin: more is no place on earth


@dataclass(frozen=True)
class Sequence:
    """Frames in order, where the camera was, and when."""

    folder: Path
    frames: list[Path]
    poses: np.ndarray
    """(N, 4, 4) camera to world; x right, y down, z ahead; metres."""
    times: np.ndarray
    """(N,) seconds since the first frame of the folder."""
    steps: np.ndarray
    """(N,) int, places of the frames in the folder: a step is missing where a pose is."""
    lost: int = 0
    """Frames of the folder that are left out because their pose is not finite, as ScanNet writes it
    where tracking was lost."""


def read_sequence(folder: Path) -> Sequence | None:
    """The sequence in a folder, None where no numbered images are; UserError if it is not whole."""
    frames = numbered_frames(folder)
    if not frames:
        return None
    poses, times = read_poses(folder, frames), read_times(folder, len(frames))
    steps = np.flatnonzero(np.isfinite(poses).all(axis=(1, 2)))
    if not len(steps):
        raise UserError(f"{folder} has no frame with a pose: none of its poses is finite.")
    kept = [frames[step] for step in steps]
    return Sequence(folder, kept, poses[steps], times[steps], steps, len(frames) - len(kept))


def numbered_frames(folder: Path) -> list[Path]:
    """The numbered images of a folder in the order of their numbers.

    Raises:
        UserError: when a number is missing or there twice.
    """
    found = {}
    for file in _files(folder):
        match = re.search(r"([0-9]{1,18})(?:\.color)?$", file.stem)
        if match and file.suffix.lower() in PHOTOS and ".depth" not in file.name:
            if not file.is_file():  # a named pipe would be waited for
                raise UserError(f"{file} is no plain file.")
            number = int(match[1])
            if number in found:
                raise UserError(f"{folder} has frame {number} twice: {file.name}.")
            found[number] = file
    numbers = sorted(found)
    for before, after in zip(numbers, numbers[1:], strict=False):
        if after != before + 1:
            raise UserError(f"{folder} has no frame {before + 1}: its frames are out of order.")
    return [found[number] for number in numbers]


def read_poses(folder: Path, frames: list[Path]) -> np.ndarray:
    """The (N, 4, 4) camera to world matrices of a sequence's frames; some may be not finite.

    Raises:
        UserError: for poses that are missing, are no rigid motions, or are not as many as frames.
    """
    if os.path.lexists(folder / POSES):
        rows = _numbers(folder / POSES)
        if len(rows) != len(frames):
            raise UserError(f"{folder / POSES} has {len(rows)} poses for {len(frames)} frames.")
        if rows.shape[1] not in (12, 16):
            raise UserError(f"{folder / POSES} has rows of {rows.shape[1]} numbers, not 12 or 16.")
        poses = np.tile(np.eye(4), (len(rows), 1, 1))
        poses.reshape(-1, 16)[:, : rows.shape[1]] = rows
    else:
        poses = np.stack([_matrix(_pose_file(file)) for file in frames])
    if not _rigid(poses[np.isfinite(poses).all(axis=(1, 2))]):
        raise UserError(f"{folder} has poses that are no rigid motions.")
    return poses


def _rigid(poses: np.ndarray) -> bool:
    """Whether all matrices turn and move, in a world of some extent, and do nothing else."""
    turns = np.clip(poses[:, :3, :3], -2, 2)
    return (
        np.allclose(turns @ turns.transpose(0, 2, 1), np.eye(3), atol=1e-2)
        and bool((np.linalg.det(turns) > 0).all())
        and np.allclose(poses[:, 3], [0, 0, 0, 1])
        and bool((np.abs(poses[:, :3, 3]) < FARTHEST).all())
    )


def read_times(folder: Path, count: int) -> np.ndarray:
    """Seconds since the first of so many frames, (N,).

    Raises:
        UserError: for times that are not as many as frames, or do not increase.
    """
    file = folder / TIMES
    if not os.path.lexists(file):
        return np.arange(count) / RATES["kitti" if os.path.lexists(folder / POSES) else "7-scenes"]
    times = _numbers(file).ravel()
    if not np.isfinite(times).all():
        raise UserError(f"{file} holds a number that is not finite.")
    if len(times) != count:
        raise UserError(f"{file} has {len(times)} times for {count} frames.")
    if (np.diff(times) <= 0).any():
        late = int(np.argmax(np.diff(times) <= 0)) + 1
        raise UserError(f"{file} must increase: {times[late]:g} s follows {times[late - 1]:g} s.")
    return times - times[0]


def _pose_file(frame: Path) -> Path:
    return frame.with_name(frame.name.split(".")[0] + ".pose.txt")


def _matrix(file: Path) -> np.ndarray:
    if not os.path.lexists(file):
        raise UserError(f"{file} is missing, and there is no {POSES}: every frame needs its pose.")
    matrix = _numbers(file)
    if matrix.shape != (4, 4):
        raise UserError(f"{file} is no 4 x 4 matrix.")
    return matrix


def _numbers(file: Path) -> np.ndarray:
    """The rows of a text file, (rows, numbers in each)."""
    if file.exists() and not file.is_file():
        raise UserError(f"{file} is no plain file.")
    try:
        lines = [line.split() for line in file.read_text().splitlines() if line.strip()]
        rows = np.array(lines, float)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UserError(
            f"{file} holds something that is no number, or rows of unequal length."
        ) from error
    if not lines:
        raise UserError(f"{file} is empty.")
    return rows


def _files(folder: Path) -> list[Path]:
    """What is in a folder besides hidden files; UserError where it cannot be read."""
    try:
        return sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}.") from error
