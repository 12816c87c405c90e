"""What is needed to get the same numbers again; every file of results begins with it."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from embodied_ssl.commit import commit, installed

LIBRARIES = ("torch", "numpy", "pybullet", "scikit-learn", "timm")


def provenance(settings: dict[str, Any]) -> dict[str, Any]:
    """The command that runs, its settings, the commit and the versions of the libraries.

    The commit is that of this very code, with ``+changes`` where the checkout has others, and null
    where it is not known (``commit.py``).
    """
    own = installed()
    versions = {"embodied-ssl": own.version if own else None}
    return {
        "command": [_program(), *sys.argv[1:]],
        "settings": settings,
        "commit": commit(),
        "versions": versions | {name: _version(name) for name in LIBRARIES},
    }


def version_line() -> str:
    """What ``--version`` prints: the version, and the commit where it is known."""
    own, found = installed(), commit()
    return f"embodied-ssl {own.version if own else '(not installed)'}" + (
        f", commit {found}" if found else ""
    )


def _program() -> str:
    """The command's name; ``python -m embodied_ssl`` is embodied-ssl."""
    name = Path(sys.argv[0]).name
    return "embodied-ssl" if name in ("__main__.py", "-m") else name


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
