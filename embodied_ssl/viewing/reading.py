"""The clips of a dataset, read shard by shard, so that any number of them fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.progress import progress_bar
from embodied_ssl.worlds import WORLDS
from embodied_ssl.worlds.base import World
from embodied_ssl.worlds.clips import Clip


def world_of(dataset: Dataset) -> type[World]:
    """The world that a dataset was collected in; UserError where it is not known."""
    return WORLDS.load(dataset.env)


def clips_of(dataset: Dataset, limit: int | None = None) -> Iterator[Clip]:
    """The clips of a dataset in order, each with a name of its own.

    Args:
        dataset: of any world.
        limit: of how many are read at most.

    Raises:
        UserError: naming a shard that is damaged, or whose rows are not as its world knows them.
    """
    world, count, names = world_of(dataset), 0, set()
    with progress_bar("view", dataset.num_rows, "rows") as advance:
        for file in dataset.files:
            rows = dataset.part([file.name]).table().to_pylist()
            for clip in _clips(world, rows, dataset, file.name):
                count += 1
                taken = not clip.name or clip.name in names
                name = f"clip-{count}" if taken else clip.name
                names.add(name)
                yield replace(clip, name=name)
                if count == limit:
                    return
            advance(len(rows))


def _clips(world: type[World], rows: list[dict], dataset: Dataset, name: str) -> list[Clip]:
    """The clips of the rows of a shard."""
    try:
        return list(world.clips(rows, dataset.manifest.settings))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{name} does not hold what {dataset.env} shows: {type(error).__name__}: {error}."
        ) from error
