"""A cache of generated files on the disk."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from embodied_ssl_envs.errors import WorldError


def cache_folder() -> Path:
    """The folder of generated files, which can be written.

    ``$EMBODIED_SSL_CACHE``, or ``~/.cache/embodied-ssl``, or one in the folder of temporary files
    for a user who has no home to write to.

    Raises:
        WorldError: if the folder that the variable names cannot be written.
    """
    named = os.environ.get("EMBODIED_SSL_CACHE")
    if named:
        folder = Path(named).expanduser()
        if not _writable(folder):
            raise WorldError(f"EMBODIED_SSL_CACHE is {named}, a folder that cannot be written")
        return folder
    with contextlib.suppress(RuntimeError):  # nobody knows this user
        folder = Path.home() / ".cache" / "embodied-ssl"
        if folder.is_absolute() and _writable(folder):
            return folder
    return _temporary()


@cache
def _writable(folder: Path) -> bool:
    """Whether there is such a folder, perhaps from now on, and files can be made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except (OSError, ValueError):
        return False


@cache
def _temporary() -> Path:
    """A folder of this user alone: others could put files of theirs into one that they can write.

    Raises:
        WorldError: if there is no place for temporary files either.
    """
    try:
        shared = Path(tempfile.gettempdir(), f"embodied-ssl-{_user()}")
        with contextlib.suppress(FileExistsError):
            shared.mkdir(mode=0o700)
        found = shared.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if private and found.st_uid == _user() and _writable(shared):
            return shared
        return Path(tempfile.mkdtemp(prefix="embodied-ssl-"))
    except OSError as error:
        raise WorldError(
            "there is no folder for generated files: set EMBODIED_SSL_CACHE to one that can be "
            "written"
        ) from error


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def cached(name: str, make: Callable[[], bytes]) -> str:
    """Path of a file in the cache folder, generated if it is not there.

    Args:
        name: of the file below the cache folder; the same name must always mean the same bytes.
        make: generates its contents.
    """
    path = cache_folder() / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
        os.replace(draft, path)  # atomic: another process may write it at the same time
    return str(path)
