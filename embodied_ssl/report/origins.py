"""Where what is shown comes from: the command that made it, and the commit of its code."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embodied_ssl.data.manifest import SETTINGS
from embodied_ssl.provenance import provenance


def origin(content: Mapping[str, Any]) -> str:
    """Of results, from the ``command`` and the ``commit`` in them."""
    return _said(shlex.join(content.get("command", [])), content.get("commit"))


def origin_of_folder(command: str, folder: Path, commit: object = None) -> str:
    """Of a run or a dataset: the command that repeats it, where its settings lie in the folder.

    Args:
        command: without its options.
        folder: that it filled.
        commit: of its code, if that is known.
    """
    file = folder / SETTINGS
    known = "://" not in str(folder) and file.is_file()
    return _said(f"{command} --config {shlex.quote(str(file))}" if known else "", commit)


def own_origin() -> str:
    """Of what this process writes."""
    return origin(provenance({}))


def _said(command: str, commit: object) -> str:
    return ", ".join(filter(None, (command, f"commit {commit}" if commit else "")))
