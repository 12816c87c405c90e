"""``info``: what a dataset holds and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional

from embodied_ssl.data.dataset import Dataset, damaged
from embodied_ssl.data.manifest import SHARDS
from embodied_ssl.data.versions import COMMIT, shortened
from embodied_ssl.notes import console
from embodied_ssl.screen_text import printable
from embodied_ssl.worlds import WORLDS


@dataclass(frozen=True)
class InfoConfig:
    """Say what a dataset holds and whether it is whole."""

    data: Annotated[str, Positional]
    """Folder of the dataset."""


def run_info(config: InfoConfig) -> None:
    """``embodied-ssl info``."""
    print_info(config.data)


def print_info(path: str | Path) -> None:
    """Print size, settings, the state of the checksums, and what the dataset's world says of it.

    Raises:
        UserError: for no dataset, for a world that is not known, and naming a damaged shard after
            everything else was said.
    """
    dataset = Dataset.open(path)
    broken = dataset.damaged_files()
    screen = console()
    size = sum(file.stat().st_size for file in dataset.files)
    settings = ", ".join(f"{k} {v}" for k, v in dataset.manifest.settings.items())
    state = f"{len(broken)} damaged" if broken else "as collected"
    screen.print(printable(f"{path}: {dataset.env}, {dataset.num_rows} rows"), style="bold")
    screen.print(f"{dataset.manifest.amount}, {size / 1e6:.1f} MB, checksums: {state}")
    screen.print(printable(f"settings: {settings}"))
    if commit := dataset.manifest.versions.get(COMMIT):
        screen.print(printable(f"collected by commit {shortened(commit)}"))
    if broken:
        raise damaged(broken[0])
    _say_what_is_missing(dataset, screen)
    for part in WORLDS.load(dataset.env).describe(dataset):
        screen.print(part)


def _say_what_is_missing(dataset: Dataset, screen: Console) -> None:
    """Whether it is whole, and files among its shards that are none of them."""
    if not dataset.whole:
        screen.print(
            printable(f"{dataset.part_line()}: the same collect command collects the rest.")
        )
    elif dataset.planned_shards is None:
        screen.print("an older version collected it: whether shards are missing is not known")
    else:
        screen.print("all whole")
    others = {
        file.name for file in (dataset.path / SHARDS).iterdir()
    } - dataset.manifest.shards.keys()
    if others := sorted(name for name in others if not name.startswith(".")):
        screen.print(
            printable(f"{len(others)} files of {SHARDS} are not of the dataset: {others[0]}")
        )
