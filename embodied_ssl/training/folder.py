"""A run's folder: whether it may be trained in, by one training at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from embodied_ssl.commit import commit
from embodied_ssl.data.manifest import SETTINGS
from embodied_ssl.errors import UserError
from embodied_ssl.files import write_atomically
from embodied_ssl.settings import write_settings
from embodied_ssl.training.checkpoint import METRICS, RUN
from embodied_ssl.training.curves import TENSORBOARD

LOCK = ".lock"
FOLDERS = ("checkpoints", TENSORBOARD)


def check_folder(out: Path) -> bool:
    """Whether a folder holds a run already.

    Raises:
        UserError: when it holds something else, or cannot be written to.
    """
    place = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    _check_writable(out, place)
    if (out / RUN).exists():
        for path in (*(out / name for name in FOLDERS), out / METRICS):
            if path.exists():
                if path.is_dir() != (path.name in FOLDERS):
                    raise UserError(f"cannot write {path}: it is no run's, choose another --out.")
                _check_writable(path, path)
        return True
    if out.exists() and {file.name for file in out.iterdir()} - {SETTINGS, LOCK}:
        raise UserError(f"{out} holds something that is no run: choose another --out.")
    return False


def _check_writable(path: Path, place: Path) -> None:
    needed = os.W_OK | os.X_OK if place.is_dir() else os.W_OK
    if not os.access(place, needed) or (place != path and not place.is_dir()):
        raise UserError(f"cannot write {path}: {place} is no folder that can be written to.")
    if path == place and path.name != METRICS and not path.is_dir():
        raise UserError(f"cannot write {path}: it is no folder.")


@contextmanager
def training_in(out: Path) -> Iterator[None]:
    """Keep every other training out of a folder; a process that dies lets go of it.

    Raises:
        UserError: when one is in it, or the folder cannot be made.
    """
    lock = FileLock(out / LOCK, timeout=0)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UserError(
            f"{out} is being trained by another process: wait for it, or choose another --out."
        ) from error
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()


def write_run(out: Path, run: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Write ``run.json``, and the settings that repeat the run; UserError where they cannot be."""
    versions = {name: version(name) for name in ("embodied-ssl", "torch", "accelerate")}
    content = {"commit": commit(), "versions": versions, **run}
    try:
        write_settings(out / SETTINGS, settings)
        write_atomically(out / RUN, json.dumps(content, indent=1).encode())
    except OSError as error:
        raise UserError(f"cannot write {out / RUN}: {error.strerror}.") from error
