"""The clips of any world: an episode each, or a row where the rows have no episodes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np

from embodied_ssl.worlds.clips import Clip, Frame, Plot

Row = Mapping[str, Any]
FRAMES_A_SECOND = 2.0  # where the rows do not say the time
LONGEST_WORD = 60  # characters of a label
LINES = 16  # numbers of a row that are drawn as lines over the episode
KNOWN = ("episode", "step", "time", "pose", "fov", "depth")


def episode_clips(rows: list[dict[str, Any]]) -> Iterator[Clip]:
    """The clips of the rows of a shard, whatever their columns.

    Strings that stay the same for an episode tell clips apart, numbers become lines over time.
    ``pose`` (16 numbers), ``fov`` and ``depth`` (the numbers of a square image) mean what they do
    in a ``Frame``, ``time`` is in seconds.
    """
    if "episode" not in (rows[0] if rows else {}):
        yield from (_clip("", [row]) for row in rows)
        return
    ordered = sorted(rows, key=lambda row: (row["episode"], row.get("step") or 0))
    for episode, ours in groupby(ordered, key=lambda row: row["episode"]):
        yield _clip(f"episode-{episode}", list(ours))


def category_of(row: Row) -> str:
    """The category in a row of any version."""
    return row.get("category", row.get("kind")) or ""


def times(rows: list[dict[str, Any]]) -> np.ndarray:
    """Seconds of each row since the first."""
    told = [row.get("time") for row in rows]
    if any(time is None for time in told):
        return np.arange(len(rows)) / FRAMES_A_SECOND
    return np.asarray(told, float) - told[0]


def pose_of(row: Row) -> np.ndarray | None:
    """Camera to world, where a row says it."""
    pose = row.get("pose")
    return np.reshape(pose, (4, 4)) if pose is not None and len(pose) == 16 else None


def flat(row: Row, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Name and value of every column that is neither empty nor an image, parts of structs apart."""
    for name, value in row.items():
        if isinstance(value, dict) and not _is_image(value):
            yield from flat(value, f"{prefix}{name}.")
        elif value is not None and not images_of(value):
            yield prefix + name, value


def images_of(value: Any) -> list[bytes]:
    """The encoded images in a cell; none if it holds something else."""
    cells = value if isinstance(value, list) else [value]
    return [cell["bytes"] for cell in cells if _is_image(cell) and cell["bytes"]]


def shown(value: Any) -> str:
    """A value as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(shown, value[:LINES])) + (" ..." if len(value) > LINES else "")
    return str(value)


def _is_image(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"bytes", "path"}


def _clip(name: str, rows: list[dict[str, Any]]) -> Clip:
    seconds = times(rows)
    frames = [each for row, at in zip(rows, seconds, strict=True) for each in _frames(row, at)]
    columns = {key: value for key, value in flat(rows[0]) if key not in KNOWN}
    constant = {
        key: shown(value)
        for key, value in columns.items()
        if all(_same(value, dict(flat(row)).get(key)) for row in rows)
    }
    words = {
        key: text
        for key, text in constant.items()
        if isinstance(columns[key], str | bool) and 0 < len(text) <= LONGEST_WORD
    }
    return Clip(
        name,
        category_of(rows[0]) or name.replace("-", " ") or "row",
        tuple(frames),
        note=f"{len(rows)} rows" if len(rows) > 1 else "",
        labels=words,
        numbers={key: text for key, text in constant.items() if key not in words},
        plots=tuple(_plots(rows, seconds, columns)),
    )


def _frames(row: Row, at: float) -> Iterator[Frame]:
    depth = row.get("depth")
    side = math.isqrt(len(depth)) if isinstance(depth, list) else 0
    square = np.reshape(depth, (side, side)) if side and side**2 == len(depth) else None
    for column, value in row.items():
        for number, image in enumerate(images_of(value)):
            yield Frame(
                image,
                column,
                at + number / FRAMES_A_SECOND / 10,
                pose=pose_of(row),
                fov=row.get("fov"),
                depth=square,
            )


def _plots(rows: list[dict], seconds: np.ndarray, columns: Mapping[str, Any]) -> Iterator[Plot]:
    """Numbers of each row over the episode; the longer list of a single row over its places."""
    for name, first in columns.items():
        values = [dict(flat(row)).get(name) for row in rows]
        lists = [value if isinstance(value, list) else [value] for value in values]
        if isinstance(first, str | bool) or not _numbers(lists):
            continue
        width = len(lists[0])
        if len(rows) > 1 and width <= LINES and all(len(each) == width for each in lists):
            lines = np.asarray(lists, float).T
            if np.ptp(lines, axis=1).max() > 0:
                many = len(lines) > 1
                titles = [f"{name} {k}" if many else name for k in range(len(lines))]
                yield Plot(name, "", seconds, dict(zip(titles, lines, strict=True)))
        elif len(rows) == 1 and width > LINES:
            yield Plot(name, "", np.arange(width, dtype=float), {name: np.asarray(lists[0], float)})


def _numbers(lists: list[list]) -> bool:
    return all(isinstance(value, int | float) for each in lists for value in each) and all(lists)


def _same(one: Any, other: Any) -> bool:
    return one == other or (one != one and other != other)
