"""A cache of generated files on the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """The folder of generated files: ``$EMBODIED_SSL_CACHE`` or ``~/.cache/embodied-ssl``."""
    return Path(os.environ.get("EMBODIED_SSL_CACHE") or Path.home() / ".cache" / "embodied-ssl")


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
