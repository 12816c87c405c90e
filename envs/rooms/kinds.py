"""Kinds of rooms: their sizes, their furniture, and the textures of their floors and walls."""

from __future__ import annotations

from dataclasses import dataclass

from embodied_ssl_envs.rooms.furniture import (
    anywhere,
    bathroom,
    hanging,
    kitchen,
    living,
    tables,
    working,
)
from embodied_ssl_envs.rooms.furniture.pieces import Builder

PieceCount = tuple[Builder, int, int]
"""The builder of a piece, the least and the greatest number of such pieces."""


@dataclass(frozen=True)
class RoomKind:
    """The rules of a kind of room."""

    sides: tuple[tuple[float, float], tuple[float, float]]
    """Least and greatest width and depth, metres."""
    against_walls: tuple[PieceCount, ...]
    """Pieces with their backs to a wall, in the order in which they are placed."""
    middle: tuple[PieceCount, ...] = ()
    """Pieces in the middle of the room."""
    around: Builder | None = None
    """Builder of the seats that face the tables, or the fronts of the desks."""
    on_walls: tuple[PieceCount, ...] = ((hanging.picture, 0, 2), (hanging.window, 1, 2))
    floors: tuple[str, ...] = ("wood",)
    """Patterns of the floor's texture (``background_textures.PATTERNS``)."""
    walls: tuple[str, ...] = ("mottle",)


ROOM_KINDS = {
    "kitchen": RoomKind(
        ((3.2, 4.6), (3.0, 4.2)),
        ((kitchen.counter, 1, 2), (kitchen.stove, 1, 1), (kitchen.sink, 1, 1),
         (kitchen.fridge, 1, 1)),
        middle=((tables.round_table, 0, 1),),
        around=tables.stool,
        on_walls=((kitchen.wall_cupboard, 1, 2), (hanging.window, 1, 1)),
        floors=("tiles",),
        walls=("mottle", "tiles"),
    ),
    "bedroom": RoomKind(
        ((3.2, 4.6), (3.2, 4.4)),
        ((living.bed, 1, 1), (living.wardrobe, 1, 1), (living.nightstand, 1, 2),
         (living.dresser, 0, 1), (anywhere.floor_lamp, 0, 1)),
        middle=((anywhere.rug, 0, 1),),
        floors=("wood", "weave"),
        walls=("mottle", "stripes"),
    ),
    "bathroom": RoomKind(
        ((2.6, 3.6), (2.4, 3.2)),
        ((bathroom.bathtub, 0, 1), (bathroom.shower, 1, 1), (bathroom.toilet, 1, 1),
         (bathroom.washbasin, 1, 2), (bathroom.washing_machine, 0, 1)),
        on_walls=((hanging.window, 0, 1),),
        floors=("tiles",),
        walls=("tiles",),
    ),
    "office": RoomKind(
        ((3.4, 5.4), (3.2, 4.8)),
        ((working.desk, 2, 3), (anywhere.bookcase, 0, 1), (working.filing_cabinet, 1, 2),
         (anywhere.plant, 0, 1)),
        around=working.office_chair,
        floors=("weave", "mottle"),
    ),
    "living room": RoomKind(
        ((4.0, 6.0), (3.6, 5.2)),
        ((living.sofa, 1, 2), (living.television, 1, 1), (anywhere.bookcase, 0, 1),
         (living.armchair, 0, 2), (anywhere.floor_lamp, 0, 1), (anywhere.plant, 0, 1)),
        middle=((tables.coffee_table, 1, 1), (anywhere.rug, 0, 1)),
        on_walls=((hanging.picture, 1, 3), (hanging.window, 1, 2)),
        walls=("mottle", "stripes"),
    ),
    "dining room": RoomKind(
        ((3.8, 5.2), (3.6, 4.8)),
        ((living.sideboard, 1, 2), (anywhere.plant, 0, 2)),
        middle=((tables.table, 1, 1),),
        around=tables.chair,
        on_walls=((hanging.picture, 1, 3), (hanging.window, 1, 2)),
        walls=("mottle", "stripes"),
    ),
    "corridor": RoomKind(
        ((5.0, 7.5), (1.9, 2.4)),
        ((anywhere.coat_rack, 1, 2), (anywhere.shoe_rack, 1, 1), (tables.bench, 0, 1),
         (anywhere.plant, 0, 1)),
        on_walls=((hanging.picture, 2, 4), (hanging.door, 2, 4)),
        floors=("wood", "tiles", "stripes"),
        walls=("mottle", "stripes"),
    ),
    "workshop": RoomKind(
        ((4.0, 6.0), (3.6, 5.2)),
        ((working.workbench, 1, 2), (working.tool_shelf, 1, 2), (working.barrel, 1, 3),
         (working.crate, 1, 3)),
        on_walls=((hanging.window, 0, 2),),
        floors=("mottle", "blots"),
        walls=("mottle", "blots"),
    ),
}  # fmt: skip
