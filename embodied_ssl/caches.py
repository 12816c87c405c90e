"""``cache``: how much room decoded images and generated files take, and giving it back."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from filelock import FileLock, Timeout
from tyro.conf import Positional

from embodied_ssl.data.caches import COPIES, INSIDE, size_of, user_caches
from embodied_ssl.data.places import place
from embodied_ssl.errors import UserError
from embodied_ssl.notes import console
from embodied_ssl.screen_text import printable


@dataclass(frozen=True)
class CacheConfig:
    """Show what is cached and how large it is; what is cleared is made again when it is needed."""

    data: Annotated[tuple[str, ...], Positional] = ()
    """Datasets and folders of sequences whose own caches to show too."""
    clear: bool = False
    """Remove all that is shown, without a question."""


def run_cache(config: CacheConfig) -> None:
    """List the caches with their sizes, and remove them if asked to.

    Raises:
        UserError: for a folder that is not there, and for what cannot be removed.
    """
    screen = console()
    caches = user_caches()
    found = list(_entries([caches, caches / COPIES, *(_inside(spec) for spec in config.data)]))
    total = 0
    for entry in found:
        size = size_of(entry) if entry.is_dir() else entry.lstat().st_size
        total += size
        if config.clear:
            _remove(entry)
        done = "removed " if config.clear else ""
        screen.print(printable(f"{done}{size / 1e6:10.1f} MB  {entry}"), soft_wrap=True)
    state = "removed" if config.clear else "cached"
    screen.print(
        printable(f"{total / 1e6:.1f} MB {state}; caches are kept in {caches}"), soft_wrap=True
    )


def _inside(spec: str) -> Path:
    """The cache within a folder of data."""
    folder = place(spec.rpartition("folder-video:")[2])
    if not folder.is_dir():
        raise UserError(f"{folder} is not there.")
    return folder / INSIDE


def _entries(folders: Iterable[Path]) -> Iterator[Path]:
    """What is cached in each folder, in order; locks stay."""
    for folder in folders:
        if folder.is_dir():
            yield from (e for e in sorted(folder.iterdir()) if e.name not in (".lock", COPIES))


def _remove(entry: Path) -> None:
    locks = [lock for lock in (entry / ".lock", entry.parent / ".lock") if lock.exists()]
    try:
        with FileLock(locks[0], timeout=1) if locks else nullcontext():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except FileNotFoundError:
        return  # another process was faster
    except Timeout as error:
        raise UserError(f"{entry} is being written by another process.") from error
    except OSError as error:
        raise UserError(
            f"{error.filename or entry} cannot be removed: {error.strerror}."
        ) from error
