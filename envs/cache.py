"""A cache of generated files on the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """The folder of generated files.

    ``$EMBODIED_SSL_CACHE``; ``~/.cache/embodied-ssl``; or where there is no home that can be
    written, a folder of this user's below that of temporary files. The rule of ``user_caches`` in
    ``embodied_ssl/data/caches.py``, which is not imported here; ``tests/data/test_caches.py`` holds
    the two together.
    """
    told = os.environ.get("EMBODIED_SSL_CACHE")
    if told:
        return Path(os.path.expanduser(told)).absolute()
    home = os.path.expanduser("~")  # it stays "~" for a user that nobody knows
    caches = Path(home) / ".cache" / "embodied-ssl"
    there = next((each for each in (caches, *caches.parents) if each.exists()), Path())
    if Path(home).is_absolute() and home != "/" and there.is_dir() and os.access(there, os.W_OK):
        return caches
    return Path(tempfile.gettempdir()) / f"embodied-ssl-{os.getuid()}"


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
