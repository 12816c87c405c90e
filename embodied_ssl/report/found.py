"""Data and runs where a file of results names them, whatever folder the report is made in."""

from __future__ import annotations

import re
from pathlib import Path

PREFIX = re.compile(r"(folder|folder-video):")


def find_source(source: str, near: Path, root: Path | None = None) -> str:
    """Data that were named relative to a folder that is not known any more.

    Looked for below ``root`` if it is given; else below each folder around ``near``, the nearest
    first, and below the folder that this command was started in.

    Args:
        source: as ``--data`` had it.
        near: the file or folder that names it, such as results or a run.
        root: of relative paths, as the user says.

    Returns:
        the source with the path at which it is; as it was where it is nowhere.
    """
    prefix = (PREFIX.match(source) or [""])[0]
    path = source.removeprefix(prefix)
    if "://" in source or path.startswith("~") or Path(path).is_absolute():
        return source
    places = [root] if root is not None else [*near.resolve().parents, Path()]
    for place in places:
        try:
            if (place / path).exists():
                return f"{prefix}{place / path}"
        except (OSError, ValueError):  # a name that is no path
            break
    return source
