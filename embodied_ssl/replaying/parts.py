"""Parts of a dataset that are replayed: one interaction, or one episode with all its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from embodied_ssl.collecting.playing import begin_episode
from embodied_ssl.collecting.shard import CollectSpec
from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.manifest import shard_name
from embodied_ssl.errors import UserError


@dataclass(frozen=True)
class Part:
    """Rows that are stored one after the other, and what is played to have them again."""

    shard: str
    """The name of its file."""
    first: int
    """Row of the shard with which they begin."""
    rows: pa.Table
    """As they are stored."""
    episode: int
    skipped: int
    """Rows of the episode before them."""
    most: int | None
    """Rows that are played, None for all that the episode has."""

    def begin(self, env: Any, seed: int) -> Iterator[dict[str, Any]]:
        """Play what is before the rows, and give an iterator that plays one at a time."""
        rows = begin_episode(env, seed, self.episode)
        for _ in range(self.skipped):
            next(rows, None)
        return islice(rows, self.most)


def find_part(dataset: Dataset, spec: CollectSpec, number: int) -> Part:
    """The part of a number, which counts what the amount of the dataset counts.

    A tray of the tabletop depends on what was done to it before, so an interaction is played from
    the beginning of its episode. Other episodes depend on nothing before them.

    Raises:
        UserError: for a number beyond the dataset, for a shard that is not there or is damaged, and
            for one whose rows are not of the episodes that belong into it.
    """
    unit = spec.world.rows_option or "episodes"
    if not 0 <= number < spec.amount:
        raise UserError(f"--episode {number}: {dataset.path} has {unit} 0 to {spec.amount - 1}.")
    k = number // spec.shard_size
    name = shard_name(k)
    if name not in dataset.manifest.shards:
        raise UserError(
            f"--episode {number} is in the shard {name}, which {dataset.path} does not have: the "
            "same collect command collects it."
        )
    table = dataset.part([name]).table()
    if "episode" not in table.column_names:
        raise UserError(
            f"the rows of {dataset.path} do not say of which episode they are: use --verify."
        )
    episodes = table["episode"].to_pylist()
    if not spec.endless:
        rows = [row for row, episode in enumerate(episodes) if episode == number]
        if not rows:
            raise UserError(f"{name} of {dataset.path} has no row of episode {number}.")
        first, end = rows[0], rows[-1] + 1
        return Part(name, first, table.slice(first, end - first), number, 0, None)
    row = number - k * spec.shard_size
    if row >= len(episodes):
        raise UserError(f"{name} of {dataset.path} has {len(episodes)} rows, none for {number}.")
    episode = episodes[row]
    if episode not in range(k * spec.shard_size, (k + 1) * spec.shard_size):
        raise UserError(
            f"{name} of {dataset.path}, row {row}: episode is {episode}, which cannot be in there."
        )
    skipped = row - episodes.index(episode)
    return Part(name, row, table.slice(row, 1), episode, skipped, 1)
