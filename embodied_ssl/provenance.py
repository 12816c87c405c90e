"""What is needed to get the same numbers again; every file of results begins with it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("embodied-ssl", "torch", "numpy", "pybullet", "scikit-learn", "timm")


def provenance(settings: dict[str, Any]) -> dict[str, Any]:
    """The command that runs, its settings, the commit and the versions of the libraries."""
    return {
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "settings": settings,
        "commit": _commit(),
        "versions": {name: _version(name) for name in LIBRARIES},
    }


def _commit() -> str | None:
    source = Path(__file__).parent
    command = ["git", "-C", str(source), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
