"""Kinds of rooms: how large they are, what stands in them and what their floors and walls show."""

from __future__ import annotations

from dataclasses import dataclass

from embodied_ssl_envs.rooms import furniture as f
from embodied_ssl_envs.rooms.furniture import Builder

Share = tuple[Builder, int, int]
"""A piece, with how many there are at least and at most."""


@dataclass(frozen=True)
class RoomKind:
    """The rules of a kind of room."""

    sides: tuple[tuple[float, float], tuple[float, float]]
    """Least and greatest width and depth, metres."""
    against_walls: tuple[Share, ...]
    """With their backs to a wall, the first first."""
    middle: tuple[Share, ...] = ()
    """In the open."""
    around: Builder | None = None
    """Seats that face the first piece of the middle, or the front of the desks."""
    on_walls: tuple[Share, ...] = ((f.picture, 0, 2), (f.window, 1, 2))
    floors: tuple[str, ...] = ("wood",)
    """Patterns of the floor (``surfaces.PATTERNS``)."""
    walls: tuple[str, ...] = ("mottle",)


ROOM_KINDS = {
    "kitchen": RoomKind(
        ((3.2, 4.6), (3.0, 4.2)),
        ((f.counter, 1, 2), (f.stove, 1, 1), (f.sink, 1, 1), (f.fridge, 1, 1)),
        middle=((f.round_table, 0, 1),),
        around=f.stool,
        on_walls=((f.wall_cupboard, 1, 2), (f.window, 1, 1)),
        floors=("tiles",),
        walls=("mottle", "tiles"),
    ),
    "bedroom": RoomKind(
        ((3.2, 4.6), (3.2, 4.4)),
        ((f.bed, 1, 1), (f.wardrobe, 1, 1), (f.nightstand, 1, 2), (f.dresser, 0, 1),
         (f.floor_lamp, 0, 1)),
        middle=((f.rug, 0, 1),),
        floors=("wood", "weave"),
        walls=("mottle", "stripes"),
    ),
    "bathroom": RoomKind(
        ((2.6, 3.6), (2.4, 3.2)),
        ((f.bathtub, 0, 1), (f.shower, 1, 1), (f.toilet, 1, 1), (f.washbasin, 1, 2),
         (f.washing_machine, 0, 1)),
        on_walls=((f.window, 0, 1),),
        floors=("tiles",),
        walls=("tiles",),
    ),
    "office": RoomKind(
        ((3.4, 5.4), (3.2, 4.8)),
        ((f.desk, 2, 3), (f.bookcase, 0, 1), (f.filing_cabinet, 1, 2), (f.plant, 0, 1)),
        around=f.office_chair,
        floors=("weave", "mottle"),
    ),
    "living room": RoomKind(
        ((4.0, 6.0), (3.6, 5.2)),
        ((f.sofa, 1, 2), (f.television, 1, 1), (f.bookcase, 0, 1), (f.armchair, 0, 2),
         (f.floor_lamp, 0, 1), (f.plant, 0, 1)),
        middle=((f.coffee_table, 1, 1), (f.rug, 0, 1)),
        on_walls=((f.picture, 1, 3), (f.window, 1, 2)),
        walls=("mottle", "stripes"),
    ),
    "dining room": RoomKind(
        ((3.8, 5.2), (3.6, 4.8)),
        ((f.sideboard, 1, 2), (f.plant, 0, 2)),
        middle=((f.table, 1, 1),),
        around=f.chair,
        on_walls=((f.picture, 1, 3), (f.window, 1, 2)),
        walls=("mottle", "stripes"),
    ),
    "corridor": RoomKind(
        ((5.0, 7.5), (1.9, 2.4)),
        ((f.coat_rack, 1, 2), (f.shoe_rack, 1, 1), (f.bench, 0, 1), (f.plant, 0, 1)),
        on_walls=((f.picture, 2, 4), (f.door, 2, 4)),
        floors=("wood", "tiles", "stripes"),
        walls=("mottle", "stripes"),
    ),
    "workshop": RoomKind(
        ((4.0, 6.0), (3.6, 5.2)),
        ((f.workbench, 1, 2), (f.tool_shelf, 1, 2), (f.barrel, 1, 3), (f.crate, 1, 3)),
        on_walls=((f.window, 0, 2),),
        floors=("mottle", "blots"),
        walls=("mottle", "blots"),
    ),
}  # fmt: skip
