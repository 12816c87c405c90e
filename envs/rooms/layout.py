"""Where things stand: along the walls, in the middle, around a table; and where one can drive.

The room is a rectangle about the origin, x along its width and y along its depth, metres.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.rooms.furniture import hanging
from embodied_ssl_envs.rooms.furniture.pieces import Part, Piece
from embodied_ssl_envs.rooms.kinds import RoomKind, Share
from embodied_ssl_envs.rooms.regions import largest_region

CELL = 0.05  # metres: of the map of free places
GAP = 0.04  # metres between neighbours
DOORWAY = 1.0  # metres before the door that stay clear
ROAMING = 1.5  # square metres that there are to drive in, at least
TRIES = 40


@dataclass(frozen=True)
class Placed:
    """A piece in its place."""

    piece: Piece
    x: float
    y: float
    quarter: int
    """Quarter turns counter-clockwise; at 0 its front looks along +y."""

    @property
    def footprint(self) -> np.ndarray:
        """Low and high corner on the floor, (2, 2)."""
        return np.sort(self.point(self.piece.bounds[:, :2]), axis=0)

    def point(self, points: np.ndarray) -> np.ndarray:
        """Where points (..., 2) of the piece are in the room."""
        cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[self.quarter % 4]
        return points @ np.array([[cos, sin], [-sin, cos]]) + (self.x, self.y)


@dataclass
class Layout:
    """A furnished room, seen from above."""

    width: float
    depth: float
    placed: list[Placed] = field(default_factory=list)

    @property
    def half(self) -> np.ndarray:
        """Half of width and depth, (2,)."""
        return np.array([self.width, self.depth]) / 2

    def fits(self, item: Placed, gap: float = GAP) -> bool:
        """Whether a piece is inside the room and clear of all others."""
        low, high = item.footprint
        if (low < -self.half - 1e-6).any() or (high > self.half + 1e-6).any():
            return False
        return not any(
            (low < other.footprint[1] + gap).all() and (high > other.footprint[0] - gap).all()
            for other in self.placed
            if other.piece.flat == item.piece.flat
        )

    def roaming(self, radius: float) -> np.ndarray:
        """Centres of the cells, (N, 2), of the largest region where a disc of ``radius`` can move
        about."""
        columns, rows = (int(side / CELL) for side in (self.width, self.depth))
        free = np.zeros((rows + 2, columns + 2), np.uint8)  # walls all around
        free[1:-1, 1:-1] = 1
        for item in self.placed:
            if not item.piece.flat:
                low, high = ((corner + self.half) / CELL + 1 for corner in item.footprint)
                (left, bottom), (right, top) = np.floor(low).astype(int), np.ceil(high).astype(int)
                free[bottom:top, left:right] = 0
        clear = cv2.distanceTransform(free, cv2.DIST_L2, 5) * CELL > radius + CELL
        row, column = largest_region(clear)
        return (np.stack([column, row], axis=1) - 0.5) * CELL - self.half


def furnish(rng: np.random.Generator, kind: RoomKind, radius: float) -> tuple[Layout, np.ndarray]:
    """A layout of a kind of room, and where a disc of ``radius`` can be in it, (N, 2).

    Raises:
        WorldError: when no try leaves room to move.
    """
    for _ in range(TRIES):
        layout = _draw(rng, kind)
        places = layout.roaming(radius)
        if len(places) * CELL**2 >= ROAMING:
            return layout, places
    raise WorldError("the furniture leaves no room to move in")


def _draw(rng: np.random.Generator, kind: RoomKind) -> Layout:
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
        item = _back_to_a_wall(rng, layout, piece)
        if item and kind.around and piece.name == "desk":
            _seat_before(rng, layout, item, kind.around(rng))
    for piece in _pieces(rng, kind.on_walls):
        _hang(rng, layout, piece)
    layout.placed.remove(doorway)
    return layout


def _pieces(rng: np.random.Generator, shares: tuple[Share, ...]) -> Iterator[Piece]:
    for builder, least, most in shares:
        for _ in range(int(rng.integers(least, most + 1))):
            yield builder(rng)


def _doorway(layout: Layout) -> Placed:
    """A block, there while the room is furnished, that keeps the way to the door clear."""
    (door,) = layout.placed
    width = door.piece.bounds[1, 0] - door.piece.bounds[0, 0]
    clear = Part((-width / 2, 0.0, 0.0), (width / 2, DOORWAY, 2.0))
    return Placed(Piece("doorway", (clear,)), door.x, door.y, door.quarter)


def _against(layout: Layout, piece: Piece, wall: int, along: float) -> Placed:
    """The piece with its back to a wall: 0 south, 1 east, 2 north, 3 west."""
    behind = float(-piece.bounds[0, 1])
    reach = layout.half[1 - wall % 2] - behind
    x, y = ((along, -reach), (reach, along), (along, reach), (-reach, along))[wall]
    return Placed(piece, x, y, wall)


def _try_walls(rng: np.random.Generator, layout: Layout, piece: Piece) -> Placed | None:
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


def _back_to_a_wall(rng: np.random.Generator, layout: Layout, piece: Piece) -> Placed | None:
    item = _try_walls(rng, layout, piece)
    if item:
        layout.placed.append(item)
    return item


def _hang(rng: np.random.Generator, layout: Layout, piece: Piece) -> None:
    """On a wall, where nothing tall hides it."""
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
        item = Placed(piece, float(x), float(y), int(rng.integers(2)))
        if layout.fits(item):
            layout.placed.append(item)
            return


def _seat_around(rng: np.random.Generator, layout: Layout, table: Placed, seat) -> None:
    """Seats on the sides of a table that face it, each there as often as not missing."""
    low, high = table.footprint
    for quarter in range(4):
        across = quarter % 2  # 0: the seat looks along y
        length = (high - low)[across]
        count = max(1, int(length / 0.65))
        for place in (np.arange(count) + 0.5) * length / count + low[across]:
            piece = seat(rng)
            if rng.random() < 0.25:
                continue
            away = piece.bounds[1, 1] + GAP + rng.uniform(0.02, 0.15)
            beside = (low[1] - away, high[0] + away, high[1] + away, low[0] - away)[quarter]
            x, y = (place, beside) if across == 0 else (beside, place)
            item = Placed(piece, float(x), float(y), quarter)
            if layout.fits(item):
                layout.placed.append(item)


def _seat_before(rng: np.random.Generator, layout: Layout, desk: Placed, seat: Piece) -> None:
    """A seat that looks at the front of a desk."""
    away = desk.piece.bounds[1, 1] + seat.bounds[1, 1] + GAP + rng.uniform(0.02, 0.2)
    dx, dy = ((0, away), (-away, 0), (0, -away), (away, 0))[desk.quarter]
    item = Placed(seat, desk.x + dx, desk.y + dy, (desk.quarter + 2) % 4)
    if layout.fits(item):
        layout.placed.append(item)
