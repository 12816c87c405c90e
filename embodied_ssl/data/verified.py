"""Checksums of files as they are now, each file read once for as long as it does not change."""

from __future__ import annotations

import os
import stat
import time
from functools import lru_cache
from pathlib import Path

from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum, kind_of

SETTLED = 2.0  # seconds: time stamps of file systems are no finer, so younger files are read again


def checksum_now(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        UserError: for what is no plain file or cannot be read; a named pipe is not waited for.
    """
    try:
        state = os.stat(path)
        if not stat.S_ISREG(state.st_mode):
            raise UserError(f"{path} is {kind_of(state.st_mode)}, not a plain file.")
        if time.time() - max(state.st_mtime, state.st_ctime) < SETTLED:
            return checksum(path)
        return _remembered(
            path, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns
        )
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error


@lru_cache(maxsize=2**16)
def _remembered(path: Path, *state: int) -> str:
    return checksum(path)
