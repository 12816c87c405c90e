"""Columns that an option adds to those of a world."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from embodied_ssl.data.schema import DEPTH, Columns, annotated

DESCRIPTION: Columns = {
    "color": "string",
    "material": "string",
    "relation": "string",
    "neighbor": "string",
}
"""The simulator's words for the object of a row."""


def added_columns(config: Any, image: str, images: Iterable[str]) -> tuple[Columns, dict[str, str]]:
    """The columns that a world's options add, and what each means.

    Args:
        config: the options; ``depth``, ``masks`` and ``descriptions`` are looked at.
        image: the column of which masks say what it shows.
        images: the columns that have a depth.
    """
    columns: Columns = {}
    meanings: dict[str, str] = {}
    if getattr(config, "depth", False):
        columns |= {f"{name}_depth": DEPTH for name in images}
        meanings |= {
            f"{name}_depth": f"depth of `{name}` along the optical axis, fifths of a millimetre; "
            "0 where it is not known"
            for name in images
        }
    if getattr(config, "masks", False):
        columns |= annotated({}, image)
        meanings |= {
            f"{image}_mask": f"number of the object at each pixel of `{image}`, 0 for the "
            "background",
            f"{image}_objects": "the objects that are seen, by their numbers in the mask",
        }
    if getattr(config, "descriptions", False):
        columns |= {"description": DESCRIPTION}
        meanings |= {
            "description.color": "the object's main colour, one of eleven basic terms; empty for "
            "objects of files",
            "description.material": "the name of its material; empty for objects of files",
            "description.relation": "how it lay to the nearest other object in `overhead` before "
            "the interaction: left of, right of, behind or in front of; empty where it lay alone",
            "description.neighbor": "the category of that other object",
        }
    return columns, meanings
