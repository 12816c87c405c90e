"""Clips as plain values for the page's scripts, every text such that all of it is seen."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from embodied_ssl.screen_text import printable
from embodied_ssl.trajectories import from_above, mapped
from embodied_ssl.worlds.clips import Clip, Frame, Mark, Plot

POINTS = 160  # of a line, at most
BEFORE = 12  # points of a plot before anything changes
ARROWS = 8  # along a way


def script(function: str, *values: Any) -> bytes:
    """A call of a function of the page, as a script that it loads; files cannot be fetched from a
    page that was opened from disk, scripts can."""
    told = (json.dumps(value, ensure_ascii=True, separators=(",", ":")) for value in values)
    return f"{function}({','.join(told)});\n".encode()


def details(clip: Clip, chosen: Sequence[int]) -> dict[str, Any]:
    """Everything about a clip but what is in the index; ``chosen`` are the frames of its sheet."""
    frames = [clip.frames[number] for number in chosen]
    plain: dict[str, Any] = {
        "frames": [_frame(frame) for frame in frames],
        "of": len(clip.frames),
        "numbers": [[printable(k), printable(v)] for k, v in clip.numbers.items()],
    }
    if clip.plots:
        plain["plots"] = [_plot(plot) for plot in clip.plots]
    if (way := _way(clip)) is not None:
        plain["way"] = way
    return plain


def _frame(frame: Frame) -> list[Any]:
    """Label, seconds and marks, without what is empty at the end."""
    label = printable(frame.label or frame.camera)
    marks = [_mark(mark) for mark in frame.marks]
    return [label, round(frame.seconds, 3), marks] if marks else [label, round(frame.seconds, 3)]


def _mark(mark: Mark) -> dict[str, Any]:
    points = [[round(100 * x, 1), round(100 * y, 1)] for x, y in mark.points]
    return {"points": points, "arrow": mark.arrow, "verdict": mark.verdict}


def _plot(plot: Plot) -> dict[str, Any]:
    """From shortly before the first change on, thinned out to so many points."""
    lines = np.stack(list(plot.lines.values()))
    known = np.where(np.isfinite(lines), lines, 0)
    changed = np.flatnonzero((known != known[:, :1]).any(axis=0))
    first = max(0, int(changed[0]) - BEFORE) if len(changed) else 0
    kept = first + _spread(lines.shape[1] - first, POINTS)
    return {
        "title": printable(plot.title),
        "unit": printable(plot.unit),
        "begins": round(plot.begins, 3),
        "seconds": [_number(each) for each in plot.seconds[kept]],
        "lines": {
            printable(name): [_number(each) for each in line[kept]]
            for name, line in zip(plot.lines, lines, strict=True)
        },
    }


def _spread(count: int, most: int) -> np.ndarray:
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(int))


def _number(value: float) -> float | None:
    """Short, and None for what JSON cannot say."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _way(clip: Clip) -> dict[str, Any] | None:
    """The way of the camera from above, where it is known for every frame."""
    poses = [frame.pose for frame in clip.frames]
    if len(poses) < 3 or any(pose is None or not np.isfinite(pose).all() for pose in poses):
        return None
    path = from_above(np.stack(poses).astype(float))
    seen = _spread(len(poses), ARROWS)
    drawn = mapped(path, seen, np.array([], int), path.extent)
    return drawn | {"way": [drawn["way"][number] for number in _spread(len(poses), POINTS)]}
