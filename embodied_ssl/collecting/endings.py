"""How a collection ends before its time: by a signal, or because the disk refuses."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embodied_ssl.data.manifest import SHARDS
from embodied_ssl.errors import UserError

SIGNALS = {signal.SIGINT, signal.SIGTERM}
TERMINATED = 128 + signal.SIGTERM
FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of the disk is used up",
    errno.EFBIG: "a file may not be as large as this (ulimit -f)",
}


class _Terminated(SystemExit):
    """SIGTERM came."""


@contextmanager
def sigterm_in_one_line() -> Iterator[None]:
    """End by SIGTERM as by Ctrl-C: what was begun is put away, and one line is printed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise _Terminated(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except _Terminated:
        print("terminated: the same command continues.", file=sys.stderr)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def signals_held() -> Iterator[None]:
    """Signals wait; processes that are begun meanwhile never see them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def disk_errors_in_one_line(out: Path) -> Iterator[None]:
    """Turn what the disk refuses into a UserError."""
    try:
        yield
    except PermissionError as error:
        raise UserError(f"no permission to write {error.filename or out}.") from error
    except OSError as error:
        if error.errno in FULL:
            whole = len(list(out.glob(f"{SHARDS}/*.parquet")))
            raise UserError(
                f"{FULL[error.errno]} ({out}): {whole} whole shards stay; make room and run the "
                "same command again."
            ) from error
        reason = os.strerror(error.errno) if error.errno else error
        raise UserError(f"cannot write {error.filename or out}: {reason}.") from error
