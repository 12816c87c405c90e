"""Progress of long work: a live bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINE_EVERY = 10.0  # seconds, in a log


@contextmanager
def progress_bar(
    title: str, total: int, unit: str, shown: bool = True
) -> Iterator[Callable[..., None]]:
    """Show how far something is, its rate and the time left; nothing if it is not to be ``shown``.

    Yields:
        a function that says that so many more units are done, and optionally a few words that
        stand after them from then on; what is told before the first second of work counts as done
        earlier and does not enter the rate.
    """
    if not shown:
        yield lambda count, note="": None
        return
    show = _live if sys.stderr.isatty() else _log
    with show(title, total, unit) as advance:
        yield advance


@contextmanager
def _live(title: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    meter = _Meter(total)
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=True, compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=60) as progress:
        task = progress.add_task(title, total=total, rate="", note="")

        def advance(count: int, note: str = "") -> None:
            meter.advance(count)
            told = {"note": note} if note else {}
            progress.update(task, completed=meter.done, rate=f"{meter.rate:.1f}/s", **told)

        yield advance


@contextmanager
def _log(title: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    meter = _Meter(total)
    last, words = time.monotonic(), ""

    def advance(count: int, note: str = "") -> None:
        nonlocal last, words
        words = f", {note}" if note else words
        meter.advance(count)
        now = time.monotonic()
        if now - last > LINE_EVERY or (meter.done >= total and count):
            last = now
            left = max(0, total - meter.done) / meter.rate if meter.rate else 0
            told = f"{title}: {meter.done}/{total} {unit}, {meter.rate:.1f}/s, {left:.0f} s left"
            print(told + words, file=sys.stderr, flush=True)

    yield advance


class _Meter:
    """Counts what is done and how fast."""

    def __init__(self, total: int):
        self.total = total
        self.done = 0
        self._before = 0  # done by an earlier run
        self._start = time.monotonic()

    def advance(self, count: int) -> None:
        if time.monotonic() - self._start < 1.0 and not self.done:
            self._before = count
        self.done += count

    @property
    def rate(self) -> float:
        """Units a second since the work began."""
        elapsed = time.monotonic() - self._start
        return (self.done - self._before) / elapsed if elapsed > 0 else 0.0
