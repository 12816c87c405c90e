"""Training curves of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from embodied_ssl.errors import UserError
from embodied_ssl.report.images import INK, figure, svg
from embodied_ssl.report.predicted import METHOD, predicted

POINTS = 120  # of a curve, at most


def trained(run: Path, seed: int = 0) -> dict[str, Any]:
    """The section about a run: what it is, a chart for each number that training logged, and what
    it foretells if it is of a method that does.

    Raises:
        UserError: when the folder is no run.
    """
    if not (run / "run.json").is_file():
        raise UserError(f"{run} is no run: it has no run.json.")
    metrics = run / "metrics.jsonl"
    lines = metrics.read_text().splitlines() if metrics.is_file() else []
    settings = json.loads((run / "run.json").read_text())
    return {
        "name": run.name,
        "settings": settings,
        "charts": curves([json.loads(line) for line in lines if line.strip()]),
        "predicted": predicted(run, seed) if settings.get("method") == METHOD else None,
    }


def curves(logged: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """(name, chart) of every number that was logged more than once."""
    names = dict.fromkeys(name for line in logged for name in line)
    axis = "images" if "images" in names else "step"
    charts = []
    for name in names:
        points = [
            (line[axis], line[name])
            for line in logged
            if axis in line and isinstance(line.get(name), int | float)
        ]
        if name in ("step", "images") or len(points) < 2:
            continue
        x, y = np.array(points, float).T
        chart, axes = figure(3.1, 1.9)
        axes.plot(x, y, alpha=0.25, linewidth=1)
        axes.plot(*averaged(x, y), color=axes.lines[0].get_color(), linewidth=1.8)
        axes.set_xlabel(axis, color=INK, fontsize=9)
        axes.margins(x=0)
        charts.append((name, svg(chart)))
    return charts


def averaged(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve (n,) as the means of at most ``POINTS`` equal stretches."""
    parts = min(POINTS, max(1, len(x) // 4))
    return tuple(np.array([part.mean() for part in np.array_split(v, parts)]) for v in (x, y))
