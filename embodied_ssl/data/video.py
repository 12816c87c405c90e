"""Real sequences as ego-motion data: ``folder-video:PATH``, numbered frames with their poses.

Every folder below PATH that holds numbered images is a sequence, in one of two layouts:

- 7-Scenes: beside each ``frame-000000.color.png`` a ``frame-000000.pose.txt`` with a 4 x 4 matrix,
  30 frames a second;
- KITTI odometry: ``000000.png`` ... and one ``poses.txt`` with a row of 12 (or 16) numbers a frame,
  10 frames a second.

Poses are camera to world, x right, y down, z ahead, metres. In either layout a ``times.txt`` in the
same folder, the seconds of each frame in a line, says when the frames were really taken. Frames
whose pose is not finite, as ScanNet writes it where tracking was lost, are left out and counted.
Hidden files and folders are not looked at.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embodied_ssl.data.decoded import open_decoded
from embodied_ssl.data.frames import FrameCache
from embodied_ssl.data.photos import read_photo
from embodied_ssl.data.places import place
from embodied_ssl.data.rows import Rows
from embodied_ssl.data.sequences import Sequence, read_sequence
from embodied_ssl.errors import UserError
from embodied_ssl.notes import note

PREFIX = "folder-video:"


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
        path = place(spec.removeprefix(PREFIX))
        if not path.is_dir():
            raise UserError(f"{path} is no folder of sequences.")
        folders = sorted([path, *(p for p in path.rglob("*") if p.is_dir() and _shown(p, path))])
        sequences = tuple(found for folder in folders if (found := read_sequence(folder)))
        if not sequences:
            raise UserError(f"{path} holds no numbered frames with poses.")
        if lost := sum(sequence.lost for sequence in sequences):
            there = lost + sum(len(sequence.frames) for sequence in sequences)
            note(f"{path}: {lost} of {there} frames are left out, their poses are not finite")
        return cls(path, sequences, image_size)

    @property
    def fingerprint(self) -> str:
        """Changes when files do, hexadecimal."""
        digest = hashlib.sha256()
        for sequence in self.sequences:
            digest.update(os.fsencode(f"{sequence.folder.relative_to(self.path)}\n"))
            for file in sorted(filter(Path.is_file, sequence.folder.iterdir())):
                state = file.stat()
                line = f"{file.name} {state.st_size} {state.st_mtime_ns}\n"
                digest.update(os.fsencode(line))
        return digest.hexdigest()[:16]

    def cache(self, image_size: int | None = None) -> FrameCache:
        """All frames, the middle square of each, with their poses and times.

        A sequence's split follows from a hash of its name: 70 % train, 15 % val, 15 % test; a
        single sequence is all train. Its kind is the folder that it is in.
        """
        files = [file for sequence in self.sequences for file in sequence.frames]
        frames, index = open_decoded(
            self.path,
            self.fingerprint,
            image_size or self.image_size,
            lambda: (files, {"image": np.arange(len(files))}),
            read_photo,
        )
        lengths = [len(sequence.frames) for sequence in self.sequences]
        folders = [sequence.folder for sequence in self.sequences]
        names = [str(folder.relative_to(self.path)) for folder in folders]
        words = {
            "split": ["train"] if len(names) == 1 else list(map(_split, names)),
            "kind": [(f if f == self.path else f.parent).name for f in folders],
            "instance": names,
        }
        rows = Rows(
            {name: np.repeat(np.array(word, object), lengths) for name, word in words.items()}
        )
        rows["episode"] = np.repeat(np.arange(len(lengths)), lengths)
        rows["step"] = np.concatenate([sequence.steps for sequence in self.sequences])
        rows["time"] = np.concatenate([s.times for s in self.sequences]).astype(np.float32)
        poses = np.concatenate([sequence.poses for sequence in self.sequences])
        rows["pose"] = poses.astype(np.float32).reshape(-1, 16)
        rows["bumped"] = np.zeros(len(files), bool)
        return FrameCache(frames, rows, index)


def _shown(folder: Path, path: Path) -> bool:
    return not any(part.startswith(".") for part in folder.relative_to(path).parts)


def _split(name: str) -> str:
    # The rule of `split_of` in envs/objects/splits.py, which is not imported here because data are
    # read without simulators. tests/data/test_video.py holds the two together.
    percent = (
        int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=8).digest(), "big") % 100
    )
    return "train" if percent < 70 else "val" if percent < 85 else "test"
