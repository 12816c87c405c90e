"""Claims: of several collectors on one folder, on one machine or many, each shard has one.

A collector holds a lock while it collects a shard. The lock of a process that died is free. Beside
the lock a file says whose it is; at every row it is touched, so that others see life.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from embodied_ssl.errors import UserError

COLLECTING = ".collecting"  # folder, within the dataset's, of what collectors leave one another
MANIFEST_WAIT = 120.0  # seconds; the manifest is locked for a few milliseconds at a time


class Pulse:
    """The sign of life of a collector; it notices the longest time between two."""

    def __init__(self, file: Path):
        self._file = file
        self._last = time.monotonic()
        self.longest = 0.0
        file.write_text(f"process {os.getpid()} on {socket.gethostname()}\n")

    def __call__(self) -> None:
        """One more row."""
        now = time.monotonic()
        self.longest, self._last = max(self.longest, now - self._last), now
        os.utime(self._file)


@contextmanager
def claim(out: Path, k: int) -> Iterator[Pulse | None]:
    """Hold shard ``k`` of the dataset in a folder; None where somebody else holds it."""
    lock, file = _files(out, k)
    file.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock, timeout=0)
    try:
        held.acquire()
    except Timeout:
        yield None
        return
    try:
        yield Pulse(file)
    finally:
        file.unlink(missing_ok=True)  # not the lock: others may have opened it
        held.release()


def is_claimed(out: Path, k: int) -> bool:
    """Whether a process that lives holds shard ``k``."""
    lock, _ = _files(out, k)
    if not lock.exists():
        return False
    with claim(out, k) as pulse:
        return pulse is None


def holder(out: Path, k: int) -> str:
    """Who holds shard ``k``, in words."""
    try:
        return _files(out, k)[1].read_text().strip() or "another process"
    except OSError:
        return "another process"


class Watch:
    """How long shards have shown no sign of life; the clocks of other machines play no part."""

    def __init__(self, out: Path):
        self._out = out
        self._seen: dict[int, tuple[int, float]] = {}

    def begin(self, k: int) -> None:
        """Shard ``k`` begins now."""
        self._seen[k] = (self._touched(k), time.monotonic())

    def silence(self, k: int) -> float:
        """Seconds since the last sign of life of shard ``k`` that was seen from here."""
        if self._seen.get(k, (None,))[0] != self._touched(k):
            self.begin(k)
        return time.monotonic() - self._seen[k][1]

    def has_begun(self, k: int) -> bool:
        """Whether somebody is about shard ``k``."""
        return self._touched(k) > 0

    def _touched(self, k: int) -> int:
        try:
            return _files(self._out, k)[1].stat().st_mtime_ns
        except OSError:
            return 0


@contextmanager
def locked_manifest(out: Path) -> Iterator[None]:
    """Nobody else changes ``dataset.json`` meanwhile; UserError where it stays locked."""
    lock = out / COLLECTING / "manifest.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=MANIFEST_WAIT):
            yield
    except Timeout as error:
        raise UserError(
            f"another process has held {lock} for {MANIFEST_WAIT:g} s: is it stopped? End it and "
            "run the same command again."
        ) from error


def _files(out: Path, k: int) -> tuple[Path, Path]:
    """The lock of shard ``k``, and the file that says who holds it."""
    return tuple(out / COLLECTING / f"{k:05d}.{what}" for what in ("lock", "claim"))
