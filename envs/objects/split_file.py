"""A user's own splits: a CSV, JSON or YAML file from names to train, val or test."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from embodied_ssl_envs.errors import WorldError

ALLOWED = ("train", "val", "test")
LARGEST = 64 * 2**20  # bytes


def read_split_file(path: str, names: Iterable[str]) -> dict[str, str]:
    """The split of each of these names, by a file.

    A JSON or YAML file is a mapping from names to splits; a CSV file has a name and a split in each
    row. A name is written in full (``folder/mug/blue``) or without its source (``mug/blue``). Other
    names may be in the file too.

    Raises:
        WorldError: for a file that cannot be read, a word that is no split, a name that it lacks.
    """
    file = Path(path).expanduser()
    try:
        state = os.stat(file)
        if not file.is_file() or state.st_size > LARGEST:
            raise WorldError(f"the split file {file} is no file, or too large")
        said = _read(file, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise WorldError(f"the split file {file} cannot be read: {error.strerror}") from error
    splits, lacking = {}, []
    for name in names:
        split = said.get(name, said.get(name.partition("/")[2]))
        if split is None:
            lacking.append(name)
        splits[name] = split
    if lacking:
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise WorldError(f"the split file {file} does not name {lacking[0]!r}{more}")
    return splits


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, size: int) -> dict[str, str]:
    """The contents of a file as it was at that time."""
    try:
        content = _rows(file) if file.suffix.lower() == ".csv" else _mapping(file)
    except (ValueError, RecursionError) as error:
        raise WorldError(f"the split file {file} is damaged: {error!s:.200}") from error
    said: dict[str, str] = {}
    for name, split in content:
        if split not in ALLOWED:
            raise WorldError(
                f"the split file {file} says {split!r} of {name!r}; it must be train, val or test"
            )
        if said.setdefault(str(name), split) != split:
            raise WorldError(f"the split file {file} names {name!r} twice")
    return said


def _rows(file: Path) -> list[tuple[str, Any]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        try:
            rows = [tuple(cell.strip() for cell in row) for row in csv.reader(lines) if row]
        except csv.Error as error:
            raise ValueError(error) from error
    if rows and rows[0] == ("name", "split"):
        rows = rows[1:]
    if any(len(row) != 2 for row in rows):
        raise ValueError("each row must be a name and a split")
    return rows


def _mapping(file: Path) -> list[tuple[Any, Any]]:
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() == ".json":
        pairs = json.loads(text, object_pairs_hook=list)
    else:
        import yaml

        try:
            pairs = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ValueError(" ".join(str(error).split())) from error
        pairs = list(pairs.items()) if isinstance(pairs, dict) else None
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise ValueError("it must be a mapping from names to splits")
    return pairs
