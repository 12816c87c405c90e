"""Plain files: ``split/category/instance/00000012.overhead.webp``, and tables of all columns.

``split/metadata.csv`` has a line for every image: its ``file_name`` below the split, the ``row``
and the ``column`` that it is from, and every other column of that row. The ``imagefolder`` of
Hugging Face's datasets reads it. Masks and depth are left out: among photos they would be photos.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.exporting.names import FileNames
from embodied_ssl.exporting.rows import (
    camera_columns,
    ending_of,
    image_columns,
    images_of,
    label_of,
    read_rows,
)

TABLE = "metadata.csv"
LEVELS = ("split", "category", "instance")
UNKNOWN = "unlabelled"


def write_images(dataset: Dataset, folder: Path) -> dict[str, int]:
    """Image files as they are stored, by split, category and instance, and a CSV of the rest."""
    images = camera_columns(dataset)
    columns = list(_plain_columns(dataset.columns, image_columns(dataset)))
    names = {level: FileNames() for level in LEVELS}
    counts = {"rows": 0, "images": 0}
    tables: dict[str, Any] = {}
    with ExitStack() as stack:
        for number, row in read_rows(dataset):
            labels = {level: label_of(row, level) or UNKNOWN for level in LEVELS}
            split, *below = (names[level](label) for level, label in labels.items())
            parent = folder.joinpath(split, *below)
            parent.mkdir(parents=True, exist_ok=True)
            if split not in tables:
                path = folder / split / TABLE
                file = stack.enter_context(path.open("w", newline="", encoding="utf-8"))
                tables[split] = csv.writer(file)
                tables[split].writerow(["file_name", "row", "column", *map(".".join, columns)])
            cells = [_cell(row, path) for path in columns]
            for column, data in images_of(row, images).items():
                path = parent / f"{number:08d}.{column}.{ending_of(data)}"
                path.write_bytes(data)
                name = path.relative_to(folder / split).as_posix()
                tables[split].writerow([name, number, column, *cells])
                counts["images"] += 1
            counts["rows"] += 1
    return counts


def _plain_columns(
    columns: Mapping[str, pa.DataType], images: list[str], above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The path of every column without images, those of structs by their parts."""
    for name, type_ in columns.items():
        if pa.types.is_struct(type_) and name not in images:
            yield from _plain_columns({f.name: f.type for f in type_}, [], (*above, name))
        elif name not in images:
            yield (*above, name)


def _cell(row: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """A value as text: lists as JSON, nothing for what is absent."""
    value: Any = row
    for name in path:
        value = None if value is None else value[name]
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
