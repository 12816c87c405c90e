"""How columns are described, and what a Parquet file says of its own.

Columns are a dict from a name to its type: a type of Arrow's (``"float32"``), ``IMAGE``,
``IMAGES``, a list of one type for a sequence (``["float32"]``), or a dict for a struct. What the
rows of a world hold is written where the world is, in ``embodied_ssl/worlds``; whoever reads asks
the file.

Version 1 calls the category of an object or a room ``kind``. Version 2 will call that column
``category``; ``Rows`` finds either under ``category``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Features

SCHEMA_VERSION = 1

IMAGE = "image"
IMAGES = "images"
MASK = "mask"
"""The number of the object at each pixel of an image, 0 for the background."""
DEPTH = "depth"
"""Along the optical axis, at each pixel of an image, in fifths of a millimetre; 0: not known."""
OBJECTS: list[dict[str, str]] = [{"number": "int16", "category": "string", "instance": "string"}]
"""The objects of a mask, by their numbers in it."""

Columns = dict[str, Any]
"""Name -> type."""


def image_columns(columns: Columns) -> list[str]:
    """The columns that hold one image or a list of images."""
    return [name for name, type_ in columns.items() if type_ in (IMAGE, IMAGES)]


def is_annotation(name: str) -> bool:
    """Whether a column says what an image shows: ``overhead_mask`` has the number of the object at
    each pixel of ``overhead``, ``overhead_objects`` says what the objects are, ``overhead_depth``
    how far away they are."""
    return name.endswith(("_mask", "_objects", "_depth"))


def annotated(columns: Columns, image: str) -> Columns:
    """Columns, and those that say what one of their images shows."""
    return columns | {f"{image}_mask": MASK, f"{image}_objects": OBJECTS}


def column_names(columns: Columns, prefix: str = "") -> Iterator[str]:
    """The names of columns, ``object.mass`` and its like for the parts of a struct."""
    for name, type_ in columns.items():
        if isinstance(type_, dict):
            yield from column_names(type_, f"{prefix}{name}.")
        else:
            yield prefix + name


def features(columns: Columns) -> Features:
    """The same as Hugging Face ``Features``, so that ``datasets`` opens the files as they are."""
    from datasets import Features, Image, List, Value

    def feature(type_: Any) -> Any:
        if type_ in (IMAGE, MASK, DEPTH):
            return Image()
        if type_ == IMAGES:
            return List(Image())
        if isinstance(type_, list):
            return List(feature(type_[0]))
        if isinstance(type_, dict):
            return {name: feature(inner) for name, inner in type_.items()}
        return Value(type_)

    return Features({name: feature(type_) for name, type_ in columns.items()})
