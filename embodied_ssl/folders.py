"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from embodied_ssl.errors import UserError
from embodied_ssl.files import sync_folder

LOCK, KEY = ".lock", ".key"


def is_empty(folder: Path) -> bool:
    """Whether a folder can be made, or is there and empty; UserError for what is no folder."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError(f"{folder} is no folder: choose another --out.")
    try:
        return not folder.exists() or not any(folder.iterdir())
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}.") from error


@contextmanager
def appearing(folder: Path, keep: str = "") -> Iterator[Path]:
    """A hidden folder beside the one that is to be made, which takes its name at the end.

    A process that is killed leaves the hidden one, which the next that makes the same folder takes
    over; one that fails removes it.

    Args:
        folder: to make; it is not there, or empty.
        keep: names what is written: where this one fails, the hidden folder stays, and the next of
            the same name goes on with it.

    Raises:
        UserError: where another process makes the same folder, or none can be made there.
    """
    folder = folder.absolute()
    draft = folder.with_name(f".{folder.name}.unfinished")
    lock = FileLock(draft / LOCK, timeout=0)
    try:
        draft.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UserError(f"another process is writing {folder}: wait for it.") from error
    except OSError as error:
        raise UserError(f"cannot write {folder}: {error.strerror or error}.") from error
    whole = False
    try:
        _make_ready(draft, keep)
        yield draft
        for file in (LOCK, KEY):
            (draft / file).unlink(missing_ok=True)
        sync_folder(draft)
        os.replace(draft, folder)  # takes the place of an empty one
        whole = True
    finally:
        lock.release()
        if not whole and not keep:
            shutil.rmtree(draft, ignore_errors=True)


def _make_ready(draft: Path, keep: str) -> None:
    """Empty the folder, unless what is in it is a part of the same."""
    key = draft / KEY
    if keep and key.is_file() and key.read_text() == keep:
        return
    for path in draft.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
    if keep:
        key.write_text(keep)
