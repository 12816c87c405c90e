"""What is said on the terminal beside results: lines of text, in which names are but names."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """A console that prints what it is given: brackets are no markup, ``:names:`` no emoji."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def note(text: str) -> None:
    """Say one line on the standard error; of several processes the first says it."""
    if os.environ.get("RANK", "0") == "0":
        print(printable(text), file=sys.stderr, flush=True)


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


@contextlib.contextmanager
def noting(package: str) -> Iterator[list[str]]:
    """Say what a package logs and of what it warns, a line each; what it warned of is given."""
    logger, handler = logging.getLogger(package), _Notes(logging.INFO)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    warned: list[str] = []

    def say(message: Warning | str, *where: object) -> None:
        warned.append(str(message))
        note(str(message))

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("always", category=UserWarning, module=package)
            warnings.showwarning = say
            yield warned
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
