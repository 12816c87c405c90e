"""A command as a process: its streams, its signals and its exit status."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from embodied_ssl.errors import UserError, say_error

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BROKEN_PIPE, USAGE_ERROR, INTERRUPTED = 1, 2, 130


def exit_with(command: Callable[[], None], goes_on: bool = False) -> NoReturn:
    """Run a command as this process, and end with its status; arguments as for ``run``."""
    open_streams()
    status = run(command, goes_on)
    try:
        sys.stdout.flush()
    except OSError:  # let the rest lead nowhere: Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def run(command: Callable[[], None], goes_on: bool = True) -> int:
    """Run a command and give its exit status: what a user can get wrong is one line, and 2.

    Args:
        command: what is run.
        goes_on: whether the same command continues what was interrupted.
    """
    interruptions: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        # A second one ends the process even where the first is held up by threads.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        interruptions.append(number)
        raise KeyboardInterrupt

    before = _heed(interrupt)
    try:
        command()
        sys.stdout.flush()
    except UserError as error:
        say_error(str(error))
        return USAGE_ERROR
    except BrokenPipeError:  # whoever read our output has seen enough
        return BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:
        # A module that is interrupted while it is imported may call that what it likes.
        if interruptions or isinstance(error, KeyboardInterrupt):
            said = "interrupted: the same command continues." if goes_on else "interrupted."
            print(said, file=sys.stderr, flush=True)
            return INTERRUPTED
        if not isinstance(error, PermissionError) and getattr(error, "errno", None) not in FULL:
            raise
        say_error(f"{error.strerror}: {error.filename or 'while writing'}.")
        return USAGE_ERROR
    finally:
        if before is not None and not interruptions:
            signal.signal(signal.SIGINT, before)
    return 0


def open_streams() -> None:
    """Make the standard streams fit for any output: those that are closed lead nowhere, so that no
    file takes their number, and characters that an encoding lacks are shown as ``?``."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _heed(interrupt: Callable[[int, FrameType | None], None]) -> object:
    """Take interruptions, unless they are ignored or this is no main thread; the handler before."""
    try:
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return None
        return signal.signal(signal.SIGINT, interrupt)
    except ValueError:
        return None
