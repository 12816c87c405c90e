"""``dataset.json``: what a dataset is, how it was made and which shards it has."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from embodied_ssl.data.schema import SCHEMA_VERSION
from embodied_ssl.errors import UserError
from embodied_ssl.files import write_atomically

FILE = "dataset.json"
SETTINGS = "settings.yaml"  # what repeats the command
SHARDS = "data"  # the folder with the shards


@dataclass
class Manifest:
    """The contents of ``dataset.json``."""

    env: str
    settings: dict[str, Any]
    """Everything that decides the bytes of the shards."""
    schema_version: int = SCHEMA_VERSION
    shards: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Rows and SHA-256 of each file of ``data``, by name."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the libraries that collected it."""
    planned: dict[str, int] = field(default_factory=dict)
    """How many ``shards`` the settings call for, and ``rows`` where that is known beforehand;
    empty where an older version collected."""

    @property
    def rows(self) -> int:
        """Rows of all shards."""
        return sum(shard["rows"] for shard in self.shards.values())

    def write(self, folder: Path) -> None:
        """Replace the manifest of a dataset."""
        content = asdict(self) | {"shards": dict(sorted(self.shards.items())), "rows": self.rows}
        if not self.planned:
            del content["planned"]
        write_atomically(folder / FILE, json.dumps(content, indent=1).encode() + b"\n")


def shard_path(folder: Path, name: str) -> Path:
    """Where the shard of a name is in a dataset's folder."""
    return folder / SHARDS / name


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a dataset.

    Raises:
        UserError: for a folder that is no dataset, or one of a newer version.
    """
    path = Path(folder) / FILE
    if not Path(folder).is_dir():
        raise UserError(f"{folder} is not there: collect a dataset first.")
    if not path.is_file():
        raise UserError(f"{folder} is no dataset: it has no {FILE}.")
    try:
        content = json.loads(path.read_text())
        version = int(content["schema_version"])
        content.pop("rows", None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    if version > SCHEMA_VERSION:
        raise UserError(
            f"{folder} has schema version {version}, newer than the {SCHEMA_VERSION} that this "
            "program reads: update embodied-ssl."
        )
    try:
        return Manifest(**content)
    except TypeError as error:
        raise UserError(f"{path} is damaged: {error}.") from error
