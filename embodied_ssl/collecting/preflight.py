"""Whether a dataset can be written into a folder: asked before the work, not after it."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from pathlib import Path

from embodied_ssl.collecting.claims import COLLECTING
from embodied_ssl.data.manifest import FILE, SETTINGS, SHARDS, Manifest, read_manifest
from embodied_ssl.errors import UserError

FILES = (FILE, SETTINGS, "README.md")
LEFT = re.compile(rf"{re.escape(COLLECTING)}|\.{re.escape(FILE)}\..*\.tmp")
"""What a run leaves that was killed before it wrote the manifest."""


def inspect(out: Path) -> Manifest | None:
    """The manifest of the dataset in a folder, None where there is none yet; touches nothing.

    Raises:
        UserError: for a folder that holds something else, cannot be written, or cannot be made.
    """
    try:
        return _inspect(out)
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero in it
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"--out {out} cannot be used: {reason}.") from error


def _inspect(out: Path) -> Manifest | None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(out)  # raises for a name that nothing can have
    for folder in (out, out / SHARDS, out / COLLECTING):
        _check_folder(folder)
    if not out.is_dir():
        above = next(parent for parent in out.absolute().parents if os.path.lexists(parent))
        _check_folder(above)
        return None
    for file in (*(out / name for name in FILES), *_shards(out)):
        if os.path.lexists(file) and not stat.S_ISREG(file.stat().st_mode):
            raise UserError(f"{file} is no plain file: remove it, or choose another --out.")
    if (out / FILE).exists():
        return read_manifest(out)
    foreign = any(not LEFT.fullmatch(entry.name) for entry in out.iterdir())
    if (out / FILE).exists():  # another collector has just begun it
        return read_manifest(out)
    if foreign:
        raise UserError(f"{out} holds something that is no dataset: choose another --out.")
    return None


def _shards(out: Path) -> list[Path]:
    folder = out / SHARDS
    return (
        [file for file in folder.iterdir() if file.suffix == ".parquet"] if folder.exists() else []
    )


def _check_folder(folder: Path) -> None:
    """UserError for what is there and is no folder, or none that can be written."""
    if not os.path.lexists(folder):
        return
    if not folder.exists():
        raise UserError(f"{folder} is a link to something that is not there: choose another --out.")
    if not folder.is_dir():
        raise UserError(f"{folder} is a file, not a folder: choose another --out.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"no permission to write into {folder}: choose another --out.")
