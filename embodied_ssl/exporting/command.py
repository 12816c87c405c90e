"""``export``: a dataset or a run in, a folder in a format that others read out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional

from embodied_ssl.checkpoints import EMBEDDING, checkpoint_of
from embodied_ssl.checkpoints import RUN as RUN_FILE
from embodied_ssl.data.caches import size_of
from embodied_ssl.data.manifest import FILE
from embodied_ssl.data.places import place
from embodied_ssl.errors import UserError
from embodied_ssl.exporting import DATASET, FORMATS, RUN
from embodied_ssl.files import address_of, checksum, read_json
from embodied_ssl.folders import appearing, is_empty
from embodied_ssl.notes import console
from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from embodied_ssl.data.dataset import Dataset

ABOUT = "export.json"
"""What an exported folder says of itself: the format, the source, and how much of it is there."""

Counts = dict[str, int]
WriteDataset = Callable[["Dataset", Path], Counts]


@dataclass(frozen=True)
class ExportConfig:
    """Write a dataset or a run in a format that others read."""

    path: Annotated[str, Positional]
    """Folder of the dataset or the run."""
    format: str
    """One of those that the help lists."""
    out: Path
    """Folder to make; it appears when all of it is written."""


def run_export(config: ExportConfig) -> None:
    """``embodied-ssl export``.

    Raises:
        UserError: for what is no dataset and no run, a format that it does not have, an ``--out``
            that holds something else, and a damaged shard.
    """
    if address_of(config.out):
        raise UserError(f"{config.out} is an address: export to this machine and copy it.")
    path = place(config.path)
    sort = sort_of(path)
    write = FORMATS[sort].load(config.format)
    if sort == RUN:
        source, origin = path, _state(path)
    else:
        source, origin = _opened(path)
    about = {"format": config.format, "exported": sort} | origin
    if not is_empty(config.out):
        _say_if_done(config.out, about)
        return
    with appearing(config.out) as folder:
        counts = write(source, folder)
        text = json.dumps(about | {"counts": counts}, indent=1)
        (folder / ABOUT).write_text(text + "\n", encoding="utf-8")
    _say(config.out, config.format, counts)


def sort_of(path: Path) -> str:
    """Whether a folder is a dataset or a run; UserError for neither."""
    if not path.is_dir():
        raise UserError(f"{path} is no folder: name a dataset or a run.")
    found = [sort for sort, file in ((DATASET, FILE), (RUN, RUN_FILE)) if (path / file).exists()]
    if not found:
        raise UserError(f"{path} is no dataset and no run: it has neither {FILE} nor {RUN_FILE}.")
    return found[0]


def _opened(path: Path) -> tuple[Dataset, dict[str, Any]]:
    """A dataset, and what an export says of where it came from."""
    from embodied_ssl.data.dataset import Dataset

    dataset = Dataset.open(path)
    dataset.verify()
    dataset.say_if_part()
    return dataset, {
        "env": dataset.env,
        "fingerprint": dataset.fingerprint,
        "shards": len(dataset.files),
        "whole": dataset.whole,
        "settings": dataset.manifest.settings,
    }


def _state(run: Path) -> dict[str, Any]:
    """What an export says of the run it came from: its newest checkpoint and the embedding kept."""
    kept = run / EMBEDDING
    return {
        "checkpoint": checkpoint_of(run).name,
        "embedding": checksum(kept) if kept.is_file() else None,
    }


def _say_if_done(out: Path, about: dict[str, Any]) -> None:
    """Say that the same was exported before; UserError where a folder holds anything else."""
    if not (out / ABOUT).is_file():
        raise UserError(f"{out} holds something else: choose another --out.")
    there = read_json(out / ABOUT)
    if {name: there.get(name) for name in about} != json.loads(json.dumps(about)):
        raise UserError(f"{out} holds another export: choose another --out, or remove it.")
    _say(out, f"{about['format']} already", there.get("counts", {}))


def _say(out: Path, what: str, counts: Counts) -> None:
    amounts = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    line = f"{out}: {what}, {amounts}, {size_of(out) / 1e6:.1f} MB"
    console().print(printable(line), soft_wrap=True)
