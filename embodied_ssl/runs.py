"""``runs``: a table of all runs in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from rich.table import Table
from tyro.conf import Positional

from embodied_ssl.data.places import place
from embodied_ssl.errors import UserError
from embodied_ssl.notes import console
from embodied_ssl.screen_text import printable
from embodied_ssl.training.checkpoint import METRICS, RUN, newest
from embodied_ssl.training.metrics import read_metrics
from embodied_ssl.training.runs import read_run

SHOWN = ("knn", "accuracy", "loss")
"""The figures that are shown, those that a run has."""
WIDE = 1000  # columns of a log or a pipe, where no name is cut short
DEEPEST = 6  # folders below one another that are looked into


@dataclass(frozen=True)
class RunsConfig:
    """List all runs in a folder."""

    folder: Annotated[str, Positional] = "runs"
    """Where runs are looked for, however deep."""


def run_runs(config: RunsConfig) -> None:
    """Print a row a run: its folder, method, data, images, last figures and commit.

    Raises:
        UserError: for no folder, and one without any run.
    """
    folder = place(config.folder)
    if not folder.is_dir():
        raise UserError(f"{config.folder} is no folder.")
    table = Table("run", "method", "trunk", "data", "images", "figures", "commit", box=None)
    for run in sorted(found_runs(folder)):
        name = run.relative_to(folder).as_posix()
        table.add_row(*map(printable, (str(run) if name == "." else name, *_cells(run))))
    if not table.row_count:
        raise UserError(f"{config.folder} holds no runs.")
    screen = console()
    if not screen.is_terminal:
        screen.width = WIDE
    screen.print(table)


def found_runs(folder: Path) -> Iterator[Path]:
    """The folders of runs below one; what is within a run is not looked at."""
    for parent, folders, files in os.walk(folder, followlinks=True):
        deep = len(Path(parent).relative_to(folder).parts) >= DEEPEST
        if RUN in files:
            yield Path(parent)
        folders[:] = [] if deep or RUN in files else sorted(f for f in folders if f[0] != ".")


def _cells(run: Path) -> tuple[str, ...]:
    try:
        content = read_run(run)
        entries = read_metrics(run / METRICS)
    except UserError as error:
        return ("", "", "", "", str(error), "")
    data = ", ".join(each["path"] for each in content["datasets"].values())
    commit = content.get("commit") or ""
    return (
        content["method"],
        content["trunk"],
        data,
        _images(run, content, entries),
        _figures(entries),
        f"{commit[:7]}{'+' if commit.endswith('+changes') else ''}",
    )


def _images(run: Path, content: dict[str, Any], entries: list[dict[str, float]]) -> str:
    """How many are done, of how many."""
    done = entries[-1].get("images", 0) if entries and newest(run) else 0
    budget = content["train"]["images"]
    return f"{budget:,}" if done >= budget else f"{done:,.0f} of {budget:,}"


def _figures(entries: list[dict[str, float]]) -> str:
    """The last one of each of those that are shown."""
    last: dict[str, float] = {}
    for entry in entries:
        last |= entry
    return ", ".join(f"{name} {last[name]:.3g}" for name in SHOWN if name in last)
