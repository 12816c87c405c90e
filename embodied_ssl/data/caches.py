"""Where decoded images and copies are kept, and how large they are."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

INSIDE = ".cache"
"""The folder within a dataset or a folder of sequences, where that can be written."""

COPIES = "remote"
"""The folder among the user's caches with copies of what is at addresses."""


def user_caches() -> Path:
    """The folder of this user's caches, which may not be there yet.

    ``$EMBODIED_SSL_CACHE``; ``~/.cache/embodied-ssl``; or where there is no home that can be
    written, a folder of this user's below that of temporary files.
    """
    told = os.environ.get("EMBODIED_SSL_CACHE")
    if told:
        return Path(os.path.expanduser(told)).absolute()
    home = os.path.expanduser("~")  # it stays "~" for a user that nobody knows
    caches = Path(home) / ".cache" / "embodied-ssl"
    if Path(home).is_absolute() and home != "/" and _can_be_written(caches):
        return caches
    return Path(tempfile.gettempdir()) / f"embodied-ssl-{os.getuid()}"


def homes(source: Path) -> Iterator[Path]:
    """Where the decoded images of a folder may be: within it, or among the user's caches."""
    if os.access(source, os.W_OK):
        yield source / INSIDE
    where = os.fsencode(source.resolve())
    yield user_caches() / f"{source.name}-{hashlib.blake2b(where, digest_size=4).hexdigest()}"


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; links are not followed."""
    size = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            try:
                size += os.lstat(os.path.join(parent, file)).st_size
            except FileNotFoundError:
                continue  # another process clears it at the same time
    return size


def _can_be_written(folder: Path) -> bool:
    """Whether a folder is there and can be written to, or can be made."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), None)
    return there is not None and there.is_dir() and os.access(there, os.W_OK)
