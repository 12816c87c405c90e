"""Reading a dataset: a folder of Parquet shards with its manifest."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from embodied_ssl.data.manifest import Manifest, read_manifest, shard_name, shard_path
from embodied_ssl.data.places import place
from embodied_ssl.data.verified import checksum_now
from embodied_ssl.errors import UserError
from embodied_ssl.notes import note

if TYPE_CHECKING:
    import pyarrow as pa

    from embodied_ssl.data.frames import FrameCache
    from embodied_ssl.data.rows import Rows


@dataclass(frozen=True)
class Dataset:
    """A collected dataset."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: str | Path) -> Dataset:
        """Open a dataset; UserError if there is none, or if it lacks a shard that it speaks of.

        It may be a part: ``whole`` tells, and ``require_whole`` refuses one.
        """
        path = place(path)
        dataset = cls(path, read_manifest(path))
        if not dataset.manifest.shards:
            raise UserError(f"{path} holds no rows yet: run the same collect command again.")
        for file in dataset.files:
            if not file.is_file():
                raise UserError(f"{file} is missing: run the same collect command again.")
        return dataset

    @property
    def env(self) -> str:
        """Name of the world that it was collected in."""
        return self.manifest.env

    @property
    def num_rows(self) -> int:
        """Rows of all shards."""
        return self.manifest.rows

    @property
    def files(self) -> list[Path]:
        """The shards in order."""
        return [shard_path(self.path, name) for name in sorted(self.manifest.shards)]

    @property
    def fingerprint(self) -> str:
        """Changes whenever the contents do, hexadecimal; that of a part is another one."""
        digests = [self.manifest.shards[name]["sha256"] for name in sorted(self.manifest.shards)]
        return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]

    @property
    def whole(self) -> bool:
        """Whether every shard that the settings call for is there."""
        return self.manifest.whole

    @property
    def planned_shards(self) -> int | None:
        """How many shards the settings call for, None where that is not known."""
        return self.manifest.planned_shards

    def require_whole(self) -> None:
        """UserError for a part, saying how much of it is there."""
        if not self.whole:
            raise UserError(f"{self.part_line()}: run the same collect command again.")

    def part_line(self) -> str:
        """How much a part holds of what its settings call for, in a sentence without its end."""
        amounts = [self.manifest.amount]
        wanted = {s: self.manifest.settings.get(f"{s}_objects") for s in ("train", "val", "test")}
        if any(wanted.values()) and {"split", "instance"} <= self.columns.keys():
            rows = self.table(["split", "instance"]).to_pylist()
            objects = {(row["split"], row["instance"]) for row in rows}
            there = Counter(split for split, _ in objects)
            amounts += [f"{there[s]} of {n} {s} objects" for s, n in wanted.items() if n]
        return f"{self.path} is a part, {', '.join(amounts)}"

    def say_if_part(self) -> None:
        """A line on the standard error for whoever goes on with a part."""
        if not self.whole:
            note(f"warning: {self.part_line()}: the same collect command collects the rest.")

    def part(self, names: Iterable[str]) -> Dataset:
        """The dataset that these shards make; KeyError for one that is not there."""
        shards = {name: self.manifest.shards[name] for name in names}
        return replace(self, manifest=replace(self.manifest, shards=shards))

    def part_of_before(self, fingerprint: str) -> Dataset | None:
        """Its first shards that have this fingerprint: what it was before it grew. None if none."""
        numbered = [shard_name(k) for k in range(len(self.manifest.shards))]
        names = sorted(self.manifest.shards)
        for count in range(1, len(names) + 1):
            if names[:count] == numbered[:count]:
                part = self.part(names[:count])
                if part.fingerprint == fingerprint:
                    return part
        return None

    @property
    def image_size(self) -> int:
        """Pixels along each side of the images as they were collected."""
        return int(self.manifest.settings["image_size"])

    @property
    def columns(self) -> dict[str, pa.DataType]:
        """Name -> Arrow's type of every column, as the first shard has them."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        first = self.files[0]
        self._verify_all([first])
        try:
            stored = pq.read_schema(first)
        except (pa.ArrowException, OSError) as error:
            raise damaged(first) from error
        return dict(zip(stored.names, stored.types, strict=True))

    def cache(self, image_size: int | None = None) -> FrameCache:
        """All images decoded, at their own size or another."""
        from embodied_ssl.data.frames import FrameCache

        return FrameCache.open(self, image_size)

    def table(self, columns: list[str] | None = None) -> pa.Table:
        """The rows in order; UserError naming a shard that cannot be read or lacks a column."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.verify()
        tables = []
        for file in self.files:
            try:
                schema = pq.read_schema(file)
                missing = [name for name in columns or () if name not in schema.names]
                if not missing:
                    tables.append(pq.read_table(file, columns=columns))
            except (pa.ArrowException, OSError) as error:
                raise damaged(file) from error
            if missing:
                raise UserError(
                    f"{file} has no column {missing[0]!r}, an older version collected it: collect "
                    "it again into another folder."
                )
            if tables[-1].schema != tables[0].schema:
                raise UserError(f"{file} has other columns than {self.files[0].name}.")
            if tables[-1].num_rows != self.manifest.shards[file.name]["rows"]:
                raise damaged(file)
        return pa.concat_tables(tables)

    def arrays(self, columns: list[str]) -> Rows:
        """Columns without images as arrays, the parts of a struct apart."""
        from embodied_ssl.data.rows import Rows, arrays

        return Rows(arrays(self.table(columns)))

    def damaged_files(self) -> list[Path]:
        """The shards whose bytes are not those that were written."""
        return self._damaged(self.files)

    def verify(self) -> None:
        """UserError naming the first shard whose bytes are not those that were written.

        Whatever is read is verified first; a file that has not changed since is not read again.
        """
        self._verify_all(self.files)

    def _verify_all(self, files: list[Path]) -> None:
        for file in self._damaged(files):
            raise damaged(file)

    def _damaged(self, files: list[Path]) -> list[Path]:
        with ThreadPoolExecutor() as pool:
            found = pool.map(checksum_now, files)
        expected = (self.manifest.shards[file.name]["sha256"] for file in files)
        return [f for f, now, then in zip(files, found, expected, strict=True) if now != then]


def damaged(file: Path) -> UserError:
    """The error for a truncated or altered shard."""
    return UserError(
        f"{file} is damaged (its bytes are not those collected): delete it and run the same "
        "collect command again."
    )
