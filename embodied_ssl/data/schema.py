"""What the rows of each dataset hold. The meaning of every column is written here."""

from __future__ import annotations

from functools import cache
from typing import Any

from embodied_ssl.errors import did_you_mean

SCHEMA_VERSION = 1

IMAGE = "image"
IMAGES = "images"

OBJECT = {
    "source": "string",
    "kind": "string",
    "instance": "string",
    "material": "string",
    "mass": "float32",
    "friction": "float32",
    "stiffness": "float32",
}
"""The simulator's own labels of the touched object: for analysis and supervised baselines only."""

TABLETOP: dict[str, Any] = {
    "episode": "int32",
    "step": "int16",
    "interaction": "string",  # grasp, push, poke or look
    "split": "string",  # train or val, of the episode's objects
    "overhead": IMAGE,  # the whole tray before acting
    "before": IMAGE,  # the overhead camera's crop about the action, before it
    "after": IMAGE,  # push: the same crop afterwards
    "wrist": IMAGE,  # from the hand, hovering above the point of the action
    "views": IMAGES,  # look: the held object in up to 5 poses
    "pixel": ["float32"],  # (u, v) of the action in `overhead`
    "angle": "int8",  # grasp: closing direction in tens of degrees, counter-clockwise from u
    "push": ["float32"],  # u0, v0, u1, v1 in `before`, -1 to 1; height of the fingertips, metres
    "crop_width": "float32",  # metres across `before` at the table
    "success": "bool",  # grasp: still held after lift and shake
    "displacement": ["float32"],  # push: dx, dy in metres and turn in radians of what moved most
    "force": ["float32"],  # poke: newtons on the fingertips at every 1/240 s of the descent
    "slope": "float32",  # poke: N/s of the line fitted to the force from the first touch
    "intercept": "float32",  # poke: N
    "track": "string",  # the same for a grasp and the look at what it holds; empty otherwise
    "object": OBJECT,
}

TURNTABLE: dict[str, Any] = {
    "episode": "int32",
    "step": "int16",
    "split": "string",  # val or test
    "image": IMAGE,
    "kind": "string",
    "instance": "string",
    "elevation": "float32",  # degrees
    "azimuth": "float32",  # degrees
    "role": "string",  # gallery or query
}

ROOMS: dict[str, Any] = {
    "episode": "int32",
    "step": "int16",
    "time": "float32",  # seconds since the episode's first frame
    "split": "string",  # train, val or test, of the room
    "kind": "string",  # of the room
    "instance": "string",  # the room's full name
    "image": IMAGE,
    "pose": ["float32"],  # camera to world, 4 x 4 row by row; x right, y down, z ahead; metres
    "action": ["float32"],  # asked for: m/s ahead, rad/s counter-clockwise (and tilt, rad/s)
    "odometry": ["float32"],  # since the frame before: metres ahead and to the left, radians
    "bumped": "bool",
    "fov": "float32",  # degrees
}

SCHEMAS = {"tabletop": TABLETOP, "turntable": TURNTABLE, "rooms": ROOMS}


def image_columns(env: str) -> list[str]:
    """The columns of an env's rows that hold one image or a list of images."""
    return [name for name, kind in schema_of(env).items() if kind in (IMAGE, IMAGES)]


def schema_of(env: str) -> dict[str, Any]:
    """The columns of an env's rows; UserError for an env that is not known."""
    if env not in SCHEMAS:
        raise did_you_mean("env", env, SCHEMAS)
    return SCHEMAS[env]


@cache
def features(env: str) -> Any:
    """The same as Hugging Face ``Features``, so that ``datasets`` opens the files as they are."""
    from datasets import Features, Image, List, Value

    def feature(kind: Any) -> Any:
        if kind == IMAGE:
            return Image()
        if kind == IMAGES:
            return List(Image())
        if isinstance(kind, list):
            return List(feature(kind[0]))
        if isinstance(kind, dict):
            return {name: feature(inner) for name, inner in kind.items()}
        return Value(kind)

    return Features({name: feature(kind) for name, kind in schema_of(env).items()})
