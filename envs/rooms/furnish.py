"""Random layouts: furniture against the walls, in the middle of the room and around tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.rooms.furniture import hanging
from embodied_ssl_envs.rooms.furniture.pieces import Builder, Part, Piece
from embodied_ssl_envs.rooms.kinds import PieceCount, RoomKind
from embodied_ssl_envs.rooms.layout import CELL, GAP, Layout, PlacedPiece

DOORWAY = 1.0  # metres in front of the door that stay free
LEAST_AREA = 1.5  # square metres of free space
TRIES = 40


def furnish(rng: np.random.Generator, kind: RoomKind, radius: float) -> tuple[Layout, np.ndarray]:
    """A random layout of a kind of room, and the positions of a disc of ``radius`` in it, (N, 2).

    Raises:
        WorldError: if no try leaves enough free space.
    """
    for _ in range(TRIES):
        layout = _draw_layout(rng, kind)
        places = layout.free_space(radius)
        if len(places) * CELL**2 >= LEAST_AREA:
            return layout, places
    raise WorldError("the furniture leaves no room to move in")


def _draw_layout(rng: np.random.Generator, kind: RoomKind) -> Layout:
    layout = Layout(*(float(rng.uniform(*limits)) for limits in kind.sides))
    _hang(rng, layout, hanging.door(rng))
    doorway = _doorway(layout)
    layout.placed.append(doorway)
    for piece in _pieces(rng, kind.middle):
        _put_in_the_middle(rng, layout, piece)
    if kind.around:
        for table in [item for item in layout.placed if "table" in item.piece.name]:
            _seat_around(rng, layout, table, kind.around)
    for piece in _pieces(rng, kind.against_walls):
        item = _put_at_a_wall(rng, layout, piece)
        if item and kind.around and piece.name == "desk":
            _seat_before(rng, layout, item, kind.around(rng))
    for piece in _pieces(rng, kind.on_walls):
        _hang(rng, layout, piece)
    layout.placed.remove(doorway)
    return layout


def _pieces(rng: np.random.Generator, counts: tuple[PieceCount, ...]) -> Iterator[Piece]:
    for builder, least, most in counts:
        for _ in range(int(rng.integers(least, most + 1))):
            yield builder(rng)


def _doorway(layout: Layout) -> PlacedPiece:
    """A block in front of the door that keeps it accessible; it is removed in the end."""
    (door,) = layout.placed
    width = door.piece.bounds[1, 0] - door.piece.bounds[0, 0]
    clear = Part((-width / 2, 0.0, 0.0), (width / 2, DOORWAY, 2.0))
    return PlacedPiece(Piece("doorway", (clear,)), door.x, door.y, door.quarter_turns)


def _against(layout: Layout, piece: Piece, wall: int, along: float) -> PlacedPiece:
    """The piece with its back to a wall: 0 south, 1 east, 2 north, 3 west."""
    behind = float(-piece.bounds[0, 1])
    reach = layout.half[1 - wall % 2] - behind
    x, y = ((along, -reach), (reach, along), (along, reach), (-reach, along))[wall]
    return PlacedPiece(piece, x, y, wall)


def _try_walls(rng: np.random.Generator, layout: Layout, piece: Piece) -> PlacedPiece | None:
    width = piece.bounds[1, 0] - piece.bounds[0, 0]
    for _ in range(TRIES):
        wall = int(rng.integers(4))
        spare = layout.half[wall % 2] - width / 2
        if spare < 0:
            continue
        item = _against(layout, piece, wall, float(rng.uniform(-spare, spare)))
        if layout.fits(item):
            return item
    return None


def _put_at_a_wall(rng: np.random.Generator, layout: Layout, piece: Piece) -> PlacedPiece | None:
    item = _try_walls(rng, layout, piece)
    if item:
        layout.placed.append(item)
    return item


def _hang(rng: np.random.Generator, layout: Layout, piece: Piece) -> None:
    """Place a piece on a wall where no tall furniture hides it."""
    for _ in range(TRIES):
        item = _try_walls(rng, layout, piece)
        if item is None:
            return
        low, high = item.footprint
        foot = piece.bounds[0, 2]
        hidden = any(
            (low < other.footprint[1]).all() and (high > other.footprint[0]).all()
            for other in layout.placed
            if not other.piece.flat and other.piece.bounds[1, 2] > foot + 0.05
        )
        if not hidden:
            layout.placed.append(item)
            return


def _put_in_the_middle(rng: np.random.Generator, layout: Layout, piece: Piece) -> None:
    for _ in range(TRIES):
        x, y = 0.35 * layout.half * rng.uniform(-1, 1, 2)
        item = PlacedPiece(piece, float(x), float(y), int(rng.integers(2)))
        if layout.fits(item):
            layout.placed.append(item)
            return


def _seat_around(
    rng: np.random.Generator, layout: Layout, table: PlacedPiece, seat: Builder
) -> None:
    """Place seats on the sides of a table, facing it; each is left out with probability 1/4."""
    low, high = table.footprint
    for quarter in range(4):
        across = quarter % 2  # 0: the seat faces along y
        length = (high - low)[across]
        count = max(1, int(length / 0.65))
        for place in (np.arange(count) + 0.5) * length / count + low[across]:
            piece = seat(rng)
            if rng.random() < 0.25:
                continue
            away = piece.bounds[1, 1] + GAP + rng.uniform(0.02, 0.15)
            beside = (low[1] - away, high[0] + away, high[1] + away, low[0] - away)[quarter]
            x, y = (place, beside) if across == 0 else (beside, place)
            item = PlacedPiece(piece, float(x), float(y), quarter)
            if layout.fits(item):
                layout.placed.append(item)


def _seat_before(rng: np.random.Generator, layout: Layout, desk: PlacedPiece, seat: Piece) -> None:
    """Place a seat that faces the front of a desk."""
    away = desk.piece.bounds[1, 1] + seat.bounds[1, 1] + GAP + rng.uniform(0.02, 0.2)
    dx, dy = ((0, away), (-away, 0), (0, -away), (away, 0))[desk.quarter_turns]
    item = PlacedPiece(seat, desk.x + dx, desk.y + dy, (desk.quarter_turns + 2) % 4)
    if layout.fits(item):
        layout.placed.append(item)
