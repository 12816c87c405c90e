"""``dataset.json``: what a dataset is, how it was made and which shards it has."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from embodied_ssl.data.schema import SCHEMA_VERSION
from embodied_ssl.errors import UserError
from embodied_ssl.files import read_json, write_atomically

FILE = "dataset.json"
SETTINGS = "settings.yaml"  # what repeats the command
SHARDS = "data"  # the folder with the shards

ROWS = 100  # in a shard of a world that has no end of episodes
EPISODES = 8  # in a shard of a world with a fixed number of them

MOST = 10**9  # shards, rows of a shard
IMAGE_SIZES = (1, 2**16)


def shard_name(number: int) -> str:
    """The file name of a shard."""
    return f"{number:05d}.parquet"


def shard_path(folder: Path, name: str) -> Path:
    """Where the shard of a name is in a dataset's folder."""
    return folder / SHARDS / name


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

    @property
    def planned_shards(self) -> int | None:
        """How many shards the settings call for; None where another package's world of an older
        version does not say it."""
        for name, each in (("interactions", ROWS), ("episodes", EPISODES)):
            if not self.planned and name in self.settings:
                return -(-self.settings[name] // each)
        return self.planned.get("shards")

    @property
    def whole(self) -> bool:
        """Whether every shard that the settings call for is there."""
        return self.planned_shards in (None, len(self.shards))

    @property
    def amount(self) -> str:
        """How much is there, such as "5 of 11 shards"."""
        there = len(self.shards)
        return f"{there} shards" if self.whole else f"{there} of {self.planned_shards} shards"

    def write(self, folder: Path) -> None:
        """Replace the manifest of a dataset."""
        content = asdict(self) | {"shards": dict(sorted(self.shards.items())), "rows": self.rows}
        if not self.planned:
            del content["planned"]
        write_atomically(folder / FILE, json.dumps(content, indent=1).encode() + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a dataset.

    Raises:
        UserError: for a folder that is no dataset, one of a newer version, or a manifest that
            ``collect`` did not write so.
    """
    path = Path(folder) / FILE
    if not Path(folder).is_dir():
        raise UserError(f"{folder} is not there: collect a dataset first.")
    if not path.exists():
        raise UserError(f"{folder} is no dataset: it has no {FILE}.")
    content = read_json(path)
    try:
        version = _count(content, "schema_version", 1)
        if version <= SCHEMA_VERSION:
            return _checked(content)
    except (ValueError, KeyError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise UserError(f"{path} is damaged: {reason}.") from error
    raise UserError(
        f"{folder} has schema version {version}, newer than the {SCHEMA_VERSION} that this "
        "program reads: update embodied-ssl."
    )


def _checked(content: dict[str, Any]) -> Manifest:
    """The manifest of a file's contents; ValueError or KeyError for what collect never writes."""
    total = _count(content, "rows", 0) if "rows" in content else None
    content = {name: value for name, value in content.items() if name != "rows"}
    for name in content:
        if name not in Manifest.__dataclass_fields__:
            raise ValueError(f"it has an unknown key {name[:40]!r}")
    if not isinstance(content["env"], str) or not 0 < len(content["env"]) < 200:
        raise ValueError("env is no name")
    if not content["env"].isprintable():
        raise ValueError("env is no name")
    settings = _mapping(content, "settings")
    _count(settings, "image_size", *IMAGE_SIZES)
    for name in settings.keys() & {"interactions", "episodes"}:
        _count(settings, name, 1)
    versions = _mapping(content, "versions") if "versions" in content else {}
    if not all(isinstance(value, str) for value in versions.values()):
        raise ValueError("versions are no texts")
    planned = _mapping(content, "planned") if "planned" in content else {}
    for name in planned:
        _count(planned, name, 1)
    manifest = Manifest(**content)
    for name, shard in _mapping(content, "shards").items():
        _check_shard(name, shard, manifest.planned_shards or MOST)
    if total is not None and total != manifest.rows:
        raise ValueError(f"it speaks of {total} rows, its shards of {manifest.rows}")
    return manifest


def _check_shard(name: str, shard: Any, count: int) -> None:
    number = re.fullmatch(r"(\d{5,9})\.parquet", name, re.ASCII)
    if not number or shard_name(int(number[1])) != name or int(number[1]) >= count:
        raise ValueError(f"{name[:40]!r} is no shard that the settings call for")
    if not isinstance(shard, dict) or shard.keys() != {"rows", "sha256"}:
        raise ValueError(f"its shard {name} needs rows and sha256")
    _count(shard, "rows", 0)
    digest = shard["sha256"]
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII):
        raise ValueError(f"the sha256 of {name} is no checksum")


def _count(content: dict[str, Any], name: str, low: int, high: int = MOST) -> int:
    value = content[name]
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return value


def _mapping(content: dict[str, Any], name: str) -> dict[str, Any]:
    if not isinstance(content[name], dict):
        raise ValueError(f"{name} is no object")
    return content[name]
