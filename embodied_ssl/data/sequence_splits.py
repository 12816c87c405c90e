"""Which of one's own sequences are train, val and test.

A file ``splits.csv`` (a name and a split in each row), ``splits.json`` or ``splits.yaml`` (a
mapping) in the folder says it. Without one it follows from a hash of each name, 70 % train, 15 %
val and 15 % test, but no split is empty where there are three sequences; a single one is train.
"""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path

from embodied_ssl.errors import UserError
from embodied_ssl.settings import read_settings

SPLITS = ("train", "val", "test")
FILES = ("splits.csv", "splits.json", "splits.yaml", "splits.yml")
MIDDLE = {"train": 35, "val": 77, "test": 92}  # percent, of the hashes of each split


def split_sequences(folder: Path, names: list[str]) -> list[str]:
    """The split of each sequence.

    Args:
        folder: that holds them all, and perhaps a file that says their splits.
        names: of all of them.

    Raises:
        UserError: for a file that cannot be read, has a word that is no split, or lacks a sequence.
    """
    for file in (folder / name for name in FILES):
        if file.is_file():
            return _said(file, names)
    splits = {name: split_by_name(name) for name in names}
    for split in SPLITS[: len(splits)]:
        if split not in splits.values():
            having = list(splits.values())
            most = max(SPLITS, key=having.count)
            ours = [name for name, theirs in splits.items() if theirs == most]
            nearest = min(ours, key=lambda name: (abs(_percent(name) - MIDDLE[split]), name))
            splits[nearest] = split
    return [splits[name] for name in names]


def split_by_name(name: str) -> str:
    """The split that follows from a hash of a name."""
    # The rules of envs/objects/splits.py, which is not imported here because data are read without
    # simulators. tests/data/test_sequence_splits.py holds the two together.
    percent = _percent(name)
    return "train" if percent < 70 else "val" if percent < 85 else "test"


def _percent(name: str) -> int:
    digest = hashlib.blake2b(os.fsencode(name), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100


def _said(file: Path, names: list[str]) -> list[str]:
    said = _read_csv(file) if file.suffix == ".csv" else read_settings(file)
    for name, split in said.items():
        if split not in SPLITS:
            raise UserError(f"{file} says {split!r} of {name!r}: it must be train, val or test.")
    for name in names:
        if name not in said:
            raise UserError(f"{file} does not name the sequence {name!r}.")
    return [said[name] for name in names]


def _read_csv(file: Path) -> dict[str, str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = [[cell.strip() for cell in row] for row in csv.reader(lines) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{file} cannot be read: {error}.") from error
    rows = rows[1:] if rows[:1] == [["name", "split"]] else rows
    if any(len(row) != 2 for row in rows):
        raise UserError(f"{file} must have a name and a split in each row.")
    if len({name for name, _ in rows}) < len(rows):
        raise UserError(f"{file} has a name twice.")
    return dict(rows)
