"""Real sequences as ego-motion data: ``folder-video:PATH``, numbered frames with their poses.

Every folder below PATH that holds numbered images is a sequence, in one of two layouts:

- 7-Scenes: beside each ``frame-000000.color.png`` a ``frame-000000.pose.txt`` with a 4 x 4 matrix;
- KITTI odometry: ``000000.png`` ... and one ``poses.txt`` with a row of 12 (or 16) numbers a frame.

Poses are camera to world, x right, y down, z ahead, metres. Frames are taken as ten a second.
"""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.frames import FrameCache
from embodied_ssl.data.photos import PHOTOS, read_photo
from embodied_ssl.errors import UserError

PREFIX = "folder-video:"
POSES = "poses.txt"


@dataclass(frozen=True)
class Sequence:
    """Frames in order, and where the camera was."""

    folder: Path
    frames: list[Path]
    poses: np.ndarray
    """(N, 4, 4) camera to world."""


@dataclass(frozen=True)
class VideoFolder:
    """Sequences of frames with poses; to methods and protocols the same as a rooms dataset."""

    path: Path
    sequences: tuple[Sequence, ...]
    image_size: int = 128
    env: str = "rooms"

    @classmethod
    def open(cls, spec: str, image_size: int = 128) -> VideoFolder:
        """Open ``folder-video:PATH``; UserError where no sequence is, or one is not whole."""
        path = Path(spec.removeprefix(PREFIX))
        if not path.is_dir():
            raise UserError(f"{path} is no folder of sequences.")
        folders = sorted([path, *(p for p in path.rglob("*") if p.is_dir())])
        found = [(folder, numbered_frames(folder)) for folder in folders]
        sequences = tuple(
            Sequence(folder, frames, read_poses(folder, frames))
            for folder, frames in found
            if frames
        )
        if not sequences:
            raise UserError(f"{path} holds no numbered frames with poses.")
        return cls(path, sequences, image_size)

    @property
    def fingerprint(self) -> str:
        """Changes when files do, hexadecimal."""
        digest = hashlib.sha256()
        for sequence in self.sequences:
            for file in sorted(sequence.folder.iterdir()):
                state = file.stat()
                digest.update(f"{file.name} {state.st_size} {state.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:16]

    def cache(self, image_size: int | None = None) -> FrameCache:
        """All frames, the middle square of each, in memory, with their poses.

        A sequence's split follows from a hash of its name: 70 % train, 15 % val, 15 % test; a
        single sequence is all train. Its kind is the folder that it is in.
        """
        rows = {name: [] for name in ("episode", "step", "split", "kind", "instance")}
        for number, sequence in enumerate(self.sequences):
            inner = sequence.folder.relative_to(self.path)
            name = str(inner)
            split = "train" if len(self.sequences) == 1 else _split(name)
            parts = (self.path.name, *inner.parts)
            kind = parts[-2] if len(parts) > 1 else parts[-1]
            for step in range(len(sequence.frames)):
                for column, value in zip(rows, (number, step, split, kind, name), strict=True):
                    rows[column].append(value)
        size = image_size or self.image_size
        files = [file for sequence in self.sequences for file in sequence.frames]
        poses = np.concatenate([sequence.poses for sequence in self.sequences])
        with ThreadPoolExecutor() as pool:
            images = np.stack(list(pool.map(lambda file: read_photo(file, size), files)))
        numbers = {name: np.array(rows[name]) for name in ("episode", "step")}
        words = {name: np.array(rows[name], object) for name in ("split", "kind", "instance")}
        columns = numbers | words | {"pose": poses.astype(np.float32).reshape(-1, 16)}
        columns["bumped"] = np.zeros(len(files), bool)
        return FrameCache(images, columns, {"image": np.arange(len(files))})


def open_source(spec: str | Path) -> Dataset | VideoFolder:
    """What can be trained on: a collected dataset, or ``folder-video:PATH``."""
    spec = str(spec)
    return VideoFolder.open(spec) if spec.startswith(PREFIX) else Dataset.open(spec)


def numbered_frames(folder: Path) -> list[Path]:
    """The numbered images of a folder in the order of their numbers.

    Raises:
        UserError: when a number is missing or there twice.
    """
    found = {}
    for file in sorted(folder.iterdir()):
        match = re.search(r"(\d+)(?:\.color)?$", file.stem)
        if match and file.suffix.lower() in PHOTOS and ".depth" not in file.name:
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
    """The (N, 4, 4) camera to world matrices of a sequence's frames.

    Raises:
        UserError: for poses that are missing, are no rigid motions, or are not as many as frames.
    """
    if (folder / POSES).is_file():
        rows = _numbers(folder / POSES)
        if len(rows) != len(frames):
            raise UserError(f"{folder / POSES} has {len(rows)} poses for {len(frames)} frames.")
        if rows.shape[1] not in (12, 16):
            raise UserError(f"{folder / POSES} has rows of {rows.shape[1]} numbers, not 12 or 16.")
        poses = np.tile(np.eye(4), (len(rows), 1, 1))
        poses[:, :3] = rows[:, :12].reshape(-1, 3, 4)
    else:
        poses = np.stack([_matrix(_pose_file(file)) for file in frames])
    turns = poses[:, :3, :3]
    if not np.allclose(turns @ turns.transpose(0, 2, 1), np.eye(3), atol=1e-2):
        raise UserError(f"{folder} has poses that are no rigid motions.")
    return poses


def _pose_file(frame: Path) -> Path:
    return frame.with_name(frame.name.split(".")[0] + ".pose.txt")


def _matrix(file: Path) -> np.ndarray:
    if not file.is_file():
        raise UserError(f"{file} is missing, and there is no {POSES}: every frame needs its pose.")
    matrix = _numbers(file)
    if matrix.shape != (4, 4):
        raise UserError(f"{file} is no 4 x 4 matrix.")
    return matrix


def _numbers(file: Path) -> np.ndarray:
    try:
        rows = np.loadtxt(file, ndmin=2)
    except ValueError as error:
        raise UserError(f"{file} holds something that is no number.") from error
    if not np.isfinite(rows).all():
        raise UserError(f"{file} holds a number that is not finite.")
    return rows


def _split(name: str) -> str:
    percent = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % 100
    return "train" if percent < 70 else "val" if percent < 85 else "test"
