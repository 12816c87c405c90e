"""Reading a dataset: a folder of Parquet shards with its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embodied_ssl.data.manifest import Manifest, read_manifest, shard_path
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum

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
        """Open a dataset; UserError if there is none, or if it lacks a shard."""
        dataset = cls(Path(path), read_manifest(Path(path)))
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
        """Changes whenever the contents do, hexadecimal."""
        import hashlib

        digests = [self.manifest.shards[name]["sha256"] for name in sorted(self.manifest.shards)]
        return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]

    @property
    def image_size(self) -> int:
        """Pixels along each side of the images as they were collected."""
        return int(self.manifest.settings["image_size"])

    @property
    def columns(self) -> dict[str, pa.DataType]:
        """Name -> Arrow's type of every column, as the first shard has them."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            stored = pq.read_schema(self.files[0])
        except (pa.ArrowException, OSError) as error:
            raise damaged(self.files[0]) from error
        return dict(zip(stored.names, stored.types, strict=True))

    def cache(self, image_size: int | None = None) -> FrameCache:
        """All images decoded, at their own size or another."""
        from embodied_ssl.data.frames import FrameCache

        return FrameCache.open(self, image_size)

    def table(self, columns: list[str] | None = None) -> pa.Table:
        """The rows in order; UserError naming a shard that cannot be read or lacks a column."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        tables = []
        for file in self.files:
            try:
                there = pq.read_schema(file).names
                missing = [name for name in columns or () if name not in there]
                if not missing:
                    tables.append(pq.read_table(file, columns=columns))
            except (pa.ArrowException, OSError) as error:
                raise damaged(file) from error
            if missing:
                raise UserError(
                    f"{file} has no column {missing[0]!r}, an older version collected it: collect "
                    "it again into another folder."
                )
        return pa.concat_tables(tables)

    def arrays(self, columns: list[str]) -> Rows:
        """Columns without images as arrays, the parts of a struct apart."""
        from embodied_ssl.data.rows import Rows, arrays

        return Rows(arrays(self.table(columns)))

    def damaged_files(self) -> list[Path]:
        """The shards whose bytes are not those that were written."""
        expected = self.manifest.shards
        return [file for file in self.files if checksum(file) != expected[file.name]["sha256"]]

    def verify(self) -> None:
        """UserError naming the first shard whose bytes are not those that were written."""
        for file in self.damaged_files():
            raise damaged(file)


def damaged(file: Path) -> UserError:
    """The error for a truncated or altered shard."""
    return UserError(
        f"{file} is damaged (its bytes are not those collected): delete it and run the same "
        "collect command again."
    )
