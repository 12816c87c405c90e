"""Progress of long work: a live bar on a terminal, a line now and then in a log.

Work may lie within other work: its bar then stands below the other while it lasts, and a log has a
line of it only where nothing was said for a while.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from embodied_ssl.screen_text import printable

LINE_EVERY = 10.0  # seconds, in a log

T = TypeVar("T")
_displays: list[_Live | _Log] = []
"""Of the work under way, the outermost: all that lies within it is shown there."""


class Advance(Protocol):
    """Says that so many more units are done, and perhaps how it goes, such as a loss."""

    def __call__(self, count: int, status: str = "") -> None: ...


@contextmanager
def progress_bar(title: str, total: int, unit: str, shown: bool = True) -> Iterator[Advance]:
    """Show how far something is, its rate and the time left; nothing if it is not to be ``shown``.

    Args:
        title: of the work.
        total: units of all of it; more than these are not counted.
        unit: what they are, in the plural.
        shown: by one of several processes.

    Yields:
        a function that says that so many more units are done, and how it goes; what is told before
        the first second of work counts as done earlier and does not enter the rate.
    """
    if not shown or sys.stderr is None:
        yield lambda count, status="": None
        return
    outermost = not _displays
    if outermost:
        _displays.append(_Live() if _is_interactive() else _Log())
    try:
        with _displays[0].work(printable(title), Meter(total), unit, outermost) as advance:
            yield advance
    finally:
        if outermost:
            _displays.pop().close()


def each(items: Iterable[T], title: str, unit: str) -> Iterator[T]:
    """The items one by one, with a bar of how many are done."""
    items = list(items)
    with progress_bar(title, len(items), unit) as advance:
        for item in items:
            yield item
            advance(1)


def _is_interactive() -> bool:
    if not sys.stderr.isatty():
        return False
    from rich.console import Console

    return not Console(stderr=True).is_dumb_terminal


class Meter:
    """Counts what is done and how fast."""

    def __init__(self, total: int):
        self.total = total
        self.done = 0
        self._before = 0  # done by an earlier run
        self._start = time.monotonic()

    def advance(self, count: int) -> None:
        """So many more are done."""
        if time.monotonic() - self._start < 1.0 and not self.done:
            self._before = count
        self.done = min(self.done + count, self.total)

    @property
    def rate(self) -> float:
        """Units a second since the work began."""
        elapsed = time.monotonic() - self._start
        return max(0, self.done - self._before) / elapsed if elapsed > 0 else 0.0

    @property
    def speed(self) -> str:
        """The rate, or the seconds that a unit takes where it takes longer than one."""
        if not self.rate:
            return ""
        return f"{self.rate:,.1f}/s" if self.rate >= 1 else f"{1 / self.rate:,.0f} s each"

    @property
    def left(self) -> str:
        """The time until all is done; nothing while nothing is known of it."""
        if not self.rate:
            return ""
        seconds = round((self.total - self.done) / self.rate)
        minutes, hours = seconds // 60, seconds // 3600
        if hours:
            return f"{hours} h {minutes % 60:02d} min left"
        return f"{minutes} min {seconds % 60:02d} s left" if minutes else f"{seconds} s left"


class _Live:
    """Bars on a terminal, one below the other."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.completed:,}/{task.total:,} {task.fields[unit]}", markup=False),
            TextColumn("{task.fields[said]}", markup=False),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._progress.start()

    def close(self) -> None:
        self._progress.stop()

    @contextmanager
    def work(self, title: str, meter: Meter, unit: str, stays: bool) -> Iterator[Advance]:
        task = self._progress.add_task(title, total=meter.total, unit=unit, said="")

        def advance(count: int, status: str = "") -> None:
            meter.advance(count)
            said = _joined(printable(status), meter.speed, meter.left)
            self._progress.update(task, completed=meter.done, said=said)

        try:
            yield advance
        finally:
            if not stays:
                self._progress.remove_task(task)


class _Log:
    """A line now and then."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def close(self) -> None:
        pass

    @contextmanager
    def work(self, title: str, meter: Meter, unit: str, stays: bool) -> Iterator[Advance]:
        ended = False

        def advance(count: int, status: str = "") -> None:
            nonlocal ended
            meter.advance(count)
            ends = stays and count and not ended and meter.done >= meter.total
            if time.monotonic() - self._last > LINE_EVERY or ends:
                self._last, ended = time.monotonic(), ended or bool(ends)
                how_far = f"{meter.done}/{meter.total} {unit}"
                line = _joined(how_far, printable(status), meter.speed, meter.left)
                print(f"{title}: {line}", file=sys.stderr, flush=True)

        yield advance


def _joined(*parts: Any) -> str:
    return ", ".join(filter(None, parts))
