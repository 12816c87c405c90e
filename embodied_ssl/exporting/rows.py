"""The rows of a dataset, shard by shard, each verified by the very bytes that are read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from embodied_ssl.data.dataset import Dataset, damaged
from embodied_ssl.data.rows import is_image, is_images
from embodied_ssl.data.schema import is_annotation
from embodied_ssl.errors import UserError
from embodied_ssl.progress import each
from embodied_ssl.worlds.episode_clips import category_of

Row = dict[str, Any]

ENDINGS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}
"""How a file begins -> how its name ends."""


def read_shards(dataset: Dataset, title: str = "export") -> Iterator[tuple[int, pa.Table]]:
    """The rows of each shard in order, and the number of the first of them in the dataset.

    Args:
        dataset: whose rows they are.
        title: of the progress bar.

    Raises:
        UserError: naming a shard whose bytes are not those collected, or that has other columns.
    """
    first, columns = 0, dataset.columns
    for file in each(dataset.files, title, "shards"):
        try:
            data = file.read_bytes()
            if hashlib.sha256(data).hexdigest() != dataset.manifest.shards[file.name]["sha256"]:
                raise damaged(file)
            table = pq.read_table(pa.BufferReader(data))
        except (pa.ArrowException, OSError) as error:
            raise damaged(file) from error
        if dict(zip(table.schema.names, table.schema.types, strict=True)) != columns:
            raise UserError(f"{file} has other columns than {dataset.files[0].name}.")
        yield first, table
        first += len(table)


def read_rows(dataset: Dataset) -> Iterator[tuple[int, Row]]:
    """Every row with its number."""
    for first, table in read_shards(dataset):
        yield from enumerate(table.to_pylist(), first)


def image_columns(dataset: Dataset) -> list[str]:
    """The columns that hold an image or a list of images."""
    return [name for name, type_ in dataset.columns.items() if is_image(type_) or is_images(type_)]


def camera_columns(dataset: Dataset) -> list[str]:
    """Those of what a camera saw: neither masks nor depth."""
    return [name for name in image_columns(dataset) if not is_annotation(name)]


def images_of(row: Row, columns: list[str]) -> dict[str, bytes]:
    """The encoded images of a row by their column, ``views_0`` and so on for those of a list."""
    found: dict[str, bytes] = {}
    for name in columns:
        cell = row[name]
        if isinstance(cell, list):
            found |= {f"{name}_{place}": _bytes_of(image) for place, image in enumerate(cell)}
        elif cell is not None:
            found[name] = _bytes_of(cell)
    return found


def ending_of(image: bytes) -> str:
    """How the name of an encoded image ends; UserError for what no dataset holds."""
    for begin, ending in ENDINGS.items():
        if image.startswith(begin):
            return ending
    raise UserError("a shard holds an image that is no WebP, PNG or JPEG: collect it again.")


def label_of(row: Row, name: str) -> str | None:
    """The ``category`` or the ``instance`` of what a row is about, None where it is not known.

    Version 1 of the schema calls the category ``kind``; the tabletop's are of the touched object.
    """
    for part in (row, row.get("object") or {}):
        if label := category_of(part) if name == "category" else part.get(name):
            return label
    return None


def _bytes_of(image: dict[str, Any] | None) -> bytes:
    if image is None or not image["bytes"]:
        raise UserError("a shard holds an image without bytes: collect it again.")
    return image["bytes"]
