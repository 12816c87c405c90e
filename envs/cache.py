"""Generated files, made once and kept for the next time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """Where generated files are kept: ``$EMBODIED_SSL_CACHE`` or ``~/.cache/embodied-ssl``."""
    return Path(os.environ.get("EMBODIED_SSL_CACHE") or Path.home() / ".cache" / "embodied-ssl")


def cached(name: str, make: Callable[[], bytes]) -> str:
    """Path of a file in the cache folder, written when first asked for.

    Args:
        name: of the file below the cache folder; the same name must always mean the same bytes.
        make: gives its contents.
    """
    path = cache_folder() / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
        os.replace(draft, path)  # whole or absent, whichever process comes first
    return str(path)
