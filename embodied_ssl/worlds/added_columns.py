"""Columns that an option adds to those of a world."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from embodied_ssl.data.schema import DEPTH, IMAGE, IMAGES, Columns, annotated

LYING = "lying"
AROUND = "around"
ADDED_IMAGES = (LYING, AROUND)

DESCRIPTION = {
    "color": "the object's main colour, one of eleven basic terms; empty for objects of files",
    "material": "the name of its material; empty for objects of files",
}
"""The simulator's words for the object of a row."""
BESIDE = {
    "relation": "how it lay in `before` to the nearest other object there: left of, right of, "
    "behind or in front of; empty where there is no other, and in a look",
    "neighbor": "the category of that other object",
}
"""Where there are several objects."""
CAMERA: Columns = {"pose": ["float32"], "intrinsics": ["float32"], "extents": ["float32"]}
"""Beside the depth of an object that stands alone."""
CAMERA_MEANINGS = {
    "pose": "camera to object, 4 x 4 row by row; camera: x right, y down, z ahead; object: as it "
    "stands, the same in all its views, z up, the origin on the floor below its middle; metres",
    "intrinsics": "fx, fy, cx, cy of `image`, pixels: u = fx x / z + cx to the right, "
    "v = fy y / z + cy downwards, 0 at the edge of the first pixel and .5 at its centre",
    "extents": "sides of the object's box along x, y and z of its frame, metres: from -x/2 to x/2, "
    "-y/2 to y/2, 0 to z",
}


def added_columns(
    config: Any, image: str, images: Collection[str]
) -> tuple[Columns, dict[str, str]]:
    """The columns that a world's options add, and what each means.

    Args:
        config: the options; ``depth``, ``masks``, ``descriptions``, ``object_crops`` and
            ``wrist_views`` are looked at.
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
        words = DESCRIPTION | (BESIDE if "before" in images else {})
        columns |= {"description": dict.fromkeys(words, "string")}
        meanings |= {f"description.{name}": meaning for name, meaning in words.items()}
    if getattr(config, "object_crops", False):
        columns |= {LYING: IMAGE}
        meanings |= {
            LYING: "look: what is held as it lay on the table, about as large as in `views`, RGB"
        }
    if getattr(config, "wrist_views", 0):
        columns |= {AROUND: IMAGES}
        meanings |= {
            AROUND: "grasp: what was to be grasped, by the camera in the hand from the sides that "
            "the arm reaches, cut out by its depth and pasted before textures, RGB"
        }
    return columns, meanings
