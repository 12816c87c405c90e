"""A folder that appears whole or not at all, and replaces none but its like."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embodied_ssl.errors import UserError

INDEX = "index.html"
SIGN = '<meta name="generator" content="embodied-ssl view">'
"""Stands in the index of every gallery."""
PARTS = {INDEX, "clips.js", "sheets", "details"}


def check_folder(path: Path, data: Path) -> Path:
    """Where a gallery is to be, with links followed; nothing is made.

    Args:
        path: as the user named it.
        data: the dataset, which stays.

    Raises:
        UserError: for a file, a folder that holds anything but a gallery, the dataset or a folder
            that holds it, the folder that the command runs in, and a place without permission.
    """
    try:
        target = path.expanduser().resolve()
        above = next(place for place in target.parents if place.exists())
        if path.is_symlink() and not target.exists():
            raise UserError(f"--html {path} is a link that leads nowhere.")
        if target.exists() and not target.is_dir():
            raise UserError(f"--html {path} is a file: name a folder.")
        for kept in (data.resolve(), Path.cwd()):
            if kept.is_relative_to(target):
                raise UserError(f"--html {path} would replace {kept}: name another folder.")
        if target.is_dir() and any(target.iterdir()) and not is_gallery(target):
            raise UserError(
                f"--html {path} holds something that is no gallery: name another folder."
            )
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            raise UserError(f"--html {path}: nothing can be written into {above}.")
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"--html {path} cannot be used: {reason}.") from error
    return target


def is_gallery(folder: Path) -> bool:
    """Whether a folder holds a gallery and nothing else."""
    index = folder / INDEX
    if {entry.name for entry in folder.iterdir()} - PARTS or not index.is_file():
        return False
    with index.open(encoding="utf-8", errors="replace") as file:
        return SIGN in file.read(1000)


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of ``target`` when all is well.

    Raises:
        UserError: when the disk refuses.
    """
    draft = target.with_name(f".{target.name[:40]}.{os.getpid()}.tmp")
    old = draft.with_suffix(".old")
    try:
        draft.mkdir(parents=True)
        yield draft
        _swap(draft, target, old)
    except OSError as error:
        raise UserError(f"cannot write {target}: {error.strerror or error}.") from error
    finally:
        for left in (draft, old):
            shutil.rmtree(left, ignore_errors=True)


def _swap(draft: Path, target: Path, old: Path) -> None:
    """Put a folder in the place of another, which gets a new name; both stay where that fails."""
    if not target.exists():
        draft.rename(target)
        return
    target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        old.rename(target)
        raise
