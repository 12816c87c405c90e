"""``info``: what a dataset holds and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional

from embodied_ssl.data.dataset import Dataset, damaged
from embodied_ssl.worlds import WORLDS


@dataclass(frozen=True)
class InfoConfig:
    """Say what a dataset holds and whether it is whole."""

    data: Annotated[Path, Positional]
    """Folder of the dataset."""


def print_info(path: Path) -> None:
    """Print size, settings, the state of the checksums, and what the dataset's world says of it.

    Raises:
        UserError: for no dataset, for a world that is not known, and naming a damaged shard after
            everything else was said.
    """
    dataset = Dataset.open(path)
    broken = dataset.damaged_files()
    console = Console()
    size = sum(file.stat().st_size for file in dataset.files)
    settings = ", ".join(f"{k} {v}" for k, v in dataset.manifest.settings.items())
    state = f"{len(broken)} damaged" if broken else "all whole"
    console.print(f"[bold]{path}[/bold]: {dataset.env}, {dataset.num_rows} rows")
    console.print(f"{len(dataset.files)} shards, {size / 1e6:.1f} MB, checksums: {state}")
    console.print(f"settings: {settings}")
    if broken:
        raise damaged(broken[0])
    for part in WORLDS.load(dataset.env).describe(dataset):
        console.print(part)
