"""Stored rows beside those of a replay, column by column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from embodied_ssl.replaying.differences import difference, same


@dataclass
class Comparison:
    """What came of comparing."""

    rows: int = 0
    """That were compared."""
    columns: dict[str, int] = field(default_factory=dict)
    """In how many of these rows each stored column differs."""
    first: str = ""
    """The first difference: shard, row, column and how far apart; empty where there is none."""
    shards: Counter[str] = field(default_factory=Counter)
    """Shards in which something differs."""

    def add(self, shard: str, stored: pa.Table, replayed: pa.Table, first_row: int = 0) -> None:
        """Compare more rows.

        Args:
            shard: the name of the file that holds them.
            stored: as they are on the disk.
            replayed: as they come out now.
            first_row: number of the first within its shard.
        """
        count = min(len(stored), len(replayed))
        found: list[tuple[int, int, str]] = []
        for place, column in enumerate(stored.column_names):
            rows, how = _differing(column, stored.slice(0, count), replayed.slice(0, count))
            self.columns[column] = self.columns.get(column, 0) + len(rows)
            if rows:
                found.append((rows[0], place, how))
        if len(stored) != len(replayed):
            many = f"{len(stored)} rows are stored, {len(replayed)} come out"
            found.append((count, 0, many))
        self.rows += count
        if found:
            self.shards[shard] += 1
            row, _, how = min(found)
            self.first = self.first or f"{shard}, row {first_row + row}, {how}"


def _differing(column: str, stored: pa.Table, replayed: pa.Table) -> tuple[list[int], str]:
    """The rows in which a column differs, and how it does in the first of them."""
    if column not in replayed.column_names:
        return list(range(len(stored))), f"{column}: this version collects no such column"
    if stored[column].equals(replayed[column]):
        return [], ""
    pairs = list(zip(stored[column].to_pylist(), replayed[column].to_pylist(), strict=True))
    rows = [row for row, pair in enumerate(pairs) if not same(*pair)]
    return rows, difference(column, *pairs[rows[0]]) if rows else ""
