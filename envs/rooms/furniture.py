"""Furniture of boxes and cylinders, drawn piece by piece from a generator.

A piece stands on the floor about its own origin, its back towards -y and its front towards +y; a
piece that hangs on a wall has its height in its parts. Metres throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """A box, or the cylinder that fills it, upright."""

    low: Vector
    high: Vector
    skin: int = 0
    """Which of the piece's surfaces it shows."""
    round: bool = False


@dataclass(frozen=True)
class Piece:
    """What one builder made."""

    name: str
    parts: tuple[Part, ...]
    tops: tuple[Part, ...] = ()
    """Parts on which small things can stand."""
    flat: bool = False
    """A rug or a picture: nothing that one could bump into."""

    @cached_property
    def bounds(self) -> np.ndarray:
        """Low and high corner of the box around it, (2, 3)."""
        lows, highs = zip(*((part.low, part.high) for part in self.parts), strict=True)
        return np.array([np.min(lows, axis=0), np.max(highs, axis=0)])

    @property
    def skins(self) -> int:
        """How many surfaces it shows."""
        return 1 + max(part.skin for part in self.parts)


Builder = Callable[[np.random.Generator], Piece]


def _block(width, depth, low, high, x=0.0, y=0.0, skin=0, round=False) -> Part:
    """A part by its width, its depth, its two heights and the middle of its footprint."""
    half = np.array([width, depth]) / 2
    corners = np.array([x, y]) + np.stack([-half, half])
    first, second = (
        (*corner.tolist(), float(z)) for corner, z in zip(corners, (low, high), strict=True)
    )
    return Part(first, second, skin, round)


def _legs(width, depth, height, thick, skin=1) -> list[Part]:
    x, y = (width - thick) / 2, (depth - thick) / 2
    corners = [(-x, -y), (x, -y), (-x, y), (x, y)]
    return [_block(thick, thick, 0, height, *corner, skin=skin) for corner in corners]


def _on_legs(name, width, depth, height, thick=0.06) -> Piece:
    top = _block(width, depth, height - 0.04, height)
    return Piece(name, (top, *_legs(width, depth, height - 0.04, thick)), tops=(top,))


def _carcass(name, width, depth, height, doors, worktop=False) -> Piece:
    """A closed body with a grid of doors or drawers (columns, rows) on its front."""
    body = _block(width, depth, 0, height)
    columns, rows = doors
    step_x, step_z = width / columns, (height - 0.1) / rows
    fronts = [
        _block(
            step_x - 0.03, 0.02, 0.09 + row * step_z, 0.06 + (row + 1) * step_z,
            x=(column + 0.5) * step_x - width / 2, y=depth / 2 + 0.01, skin=1,
        )
        for column in range(columns) for row in range(rows)
    ]  # fmt: skip
    top = _block(width + 0.02, depth + 0.02, height, height + 0.03, skin=2 if worktop else 0)
    return Piece(name, (body, *fronts, top), tops=(top,))


def _with(piece: Piece, name: str, *parts: Part) -> Piece:
    return Piece(name, (*piece.parts, *parts), piece.tops, piece.flat)


def table(rng):
    width, depth = rng.uniform(1.1, 1.8), rng.uniform(0.75, 1.0)
    return _on_legs("table", width, depth, rng.uniform(0.7, 0.78))


def round_table(rng):
    across, height = rng.uniform(0.8, 1.2), rng.uniform(0.68, 0.78)
    top = _block(across, across, height - 0.04, height, round=True)
    foot = _block(0.5 * across, 0.5 * across, 0, 0.04, skin=1, round=True)
    stem = _block(0.1, 0.1, 0.04, height - 0.04, skin=1, round=True)
    return Piece("round table", (top, foot, stem), tops=(top,))


def coffee_table(rng):
    width, depth = rng.uniform(0.8, 1.1), rng.uniform(0.5, 0.6)
    return _on_legs("coffee table", width, depth, rng.uniform(0.38, 0.48))


def chair(rng):
    side, seat = rng.uniform(0.4, 0.48), rng.uniform(0.42, 0.48)
    plate = _block(side, side, seat - 0.05, seat)
    back = _block(side, 0.05, seat, rng.uniform(0.8, 1.0), y=-side / 2 + 0.025)
    return Piece("chair", (plate, back, *_legs(side, side, seat - 0.05, 0.04)))


def stool(rng):
    across, height = rng.uniform(0.3, 0.4), rng.uniform(0.42, 0.68)
    seat = _block(across, across, height - 0.05, height, round=True)
    return Piece("stool", (seat, *_legs(0.6 * across, 0.6 * across, height - 0.05, 0.035)))


def counter(rng):
    width = rng.uniform(1.4, 2.4)
    return _carcass("counter", width, 0.6, 0.88, (round(width / 0.5), 2), worktop=True)


def sink(rng):
    piece = _carcass("sink", rng.uniform(0.8, 1.0), 0.6, 0.88, (2, 1), worktop=True)
    basin = _block(0.5, 0.36, 0.9, 0.915, skin=3)
    tap = _block(0.03, 0.03, 0.91, 1.15, y=-0.24, skin=3, round=True)
    spout = _block(0.03, 0.2, 1.12, 1.15, y=-0.15, skin=3)
    return Piece("sink", (*piece.parts, basin, tap, spout))


def stove(rng):
    body = _block(0.6, 0.6, 0, 0.9)
    oven = _block(0.5, 0.02, 0.25, 0.65, y=0.31, skin=1)
    rings = [
        _block(0.18, 0.18, 0.9, 0.912, x=x, y=y, skin=1, round=True)
        for x in (-0.14, 0.14) for y in (-0.14, 0.14)
    ]  # fmt: skip
    hood = _block(0.6, 0.45, 1.6, 1.75, y=-0.07)
    pipe = _block(0.22, 0.22, 1.75, 2.3, y=-0.15)
    return Piece("stove", (body, oven, *rings, hood, pipe))


def fridge(rng):
    width, height = rng.uniform(0.6, 0.75), rng.uniform(1.5, 1.9)
    lower = height * rng.uniform(0.5, 0.7)
    doors = [
        _block(width - 0.02, 0.03, low, high, y=0.315, skin=1)
        for low, high in ((0.05, lower), (lower + 0.02, height - 0.02))
    ]
    handle = _block(0.02, 0.04, 0.6 * lower, 0.9 * lower, x=0.4 * width, y=0.34, skin=2)
    return Piece("fridge", (_block(width, 0.6, 0, height), *doors, handle))


def wall_cupboard(rng):
    width, low = rng.uniform(0.8, 1.6), rng.uniform(1.4, 1.5)
    count = round(width / 0.45)
    doors = [
        _block(width / count - 0.02, 0.02, low + 0.02, low + 0.58,
               x=(i + 0.5) * width / count - width / 2, y=0.18, skin=1)
        for i in range(count)
    ]  # fmt: skip
    return Piece("wall cupboard", (_block(width, 0.34, low, low + 0.6), *doors), flat=True)


def bed(rng):
    width, length = rng.uniform(0.9, 1.8), rng.uniform(1.9, 2.1)
    frame = _block(width, length, 0.05, 0.3)
    mattress = _block(width - 0.04, length - 0.04, 0.3, rng.uniform(0.45, 0.58), skin=1)
    top = mattress.high[2]
    cover = _block(width, 0.62 * length, 0.28, top + 0.03, y=0.19 * length, skin=2)
    head = _block(width, 0.06, 0, rng.uniform(0.8, 1.1), y=-length / 2 + 0.03)
    pillows = [
        _block(0.38 * width, 0.34, top, top + 0.1, x=x * width, y=-length / 2 + 0.28, skin=3)
        for x in ((-0.24, 0.24) if width > 1.3 else (0.0,))
    ]
    return Piece("bed", (frame, mattress, cover, head, *pillows))


def nightstand(rng):
    return _carcass("nightstand", rng.uniform(0.4, 0.5), 0.4, rng.uniform(0.45, 0.6), (1, 2))


def wardrobe(rng):
    width = rng.uniform(1.0, 1.8)
    return _carcass("wardrobe", width, 0.6, rng.uniform(1.9, 2.15), (round(width / 0.5), 1))


def dresser(rng):
    return _carcass("dresser", rng.uniform(0.8, 1.2), 0.45, rng.uniform(0.75, 0.95), (2, 3))


def sideboard(rng):
    return _carcass("sideboard", rng.uniform(1.2, 1.8), 0.42, rng.uniform(0.7, 0.85), (3, 1))


def sofa(rng):
    width, depth, seat = rng.uniform(1.5, 2.2), rng.uniform(0.8, 0.95), rng.uniform(0.38, 0.45)
    base = _block(width, depth, 0.05, seat - 0.12)
    back = _block(width, 0.22, seat - 0.12, rng.uniform(0.75, 0.9), y=-depth / 2 + 0.11)
    arms = [_block(0.18, depth, 0.05, seat + 0.18, x=s * (width - 0.18) / 2) for s in (-1, 1)]
    count = 2 if width < 1.8 else 3
    inner = width - 0.36
    cushions = [
        _block(inner / count - 0.02, depth - 0.24, seat - 0.12, seat,
               x=(i + 0.5) * inner / count - inner / 2, y=0.1, skin=1)
        for i in range(count)
    ]  # fmt: skip
    return Piece("sofa", (base, back, *arms, *cushions))


def armchair(rng):
    width, depth, seat = rng.uniform(0.75, 0.9), rng.uniform(0.75, 0.85), rng.uniform(0.38, 0.45)
    base = _block(width, depth, 0.05, seat)
    back = _block(width, 0.2, seat, rng.uniform(0.8, 1.0), y=-depth / 2 + 0.1)
    arms = [_block(0.15, depth, 0.05, seat + 0.2, x=s * (width - 0.15) / 2) for s in (-1, 1)]
    return Piece("armchair", (base, back, *arms))


def television(rng):
    stand = _carcass("television", rng.uniform(1.2, 1.7), 0.4, rng.uniform(0.4, 0.55), (3, 1))
    top = stand.bounds[1, 2]
    screen = _block(rng.uniform(0.8, 1.2), 0.05, top + 0.08, top + 0.7, skin=2)
    foot = _block(0.3, 0.2, top, top + 0.08, skin=2)
    return _with(stand, "television", screen, foot)


def bookcase(rng):
    width, height = rng.uniform(0.7, 1.2), rng.uniform(1.6, 2.1)
    boards = int(rng.integers(4, 7))
    sides = [_block(0.03, 0.3, 0, height, x=s * (width - 0.03) / 2) for s in (-1, 1)]
    levels = np.linspace(0.05, height - 0.03, boards)
    shelves = [_block(width, 0.3, z, z + 0.03) for z in levels]
    back = _block(width, 0.02, 0, height, y=-0.14)
    books = []
    for z in levels[:-1]:
        x = -width / 2 + 0.05
        while x < width / 2 - 0.12:
            thick = rng.uniform(0.03, 0.11)
            tall = rng.uniform(0.6, 0.9) * (levels[1] - levels[0] - 0.04)
            if rng.random() < 0.75:
                where = {"x": x + thick / 2, "y": -0.02}
                books.append(_block(thick, 0.2, z + 0.03, z + 0.03 + tall, **where,
                                    skin=int(rng.integers(1, 5))))  # fmt: skip
            x += thick
    return Piece("bookcase", (*sides, *shelves, back, *books))


def desk(rng):
    width = rng.uniform(1.1, 1.6)
    plain = _on_legs("desk", width, rng.uniform(0.6, 0.75), rng.uniform(0.7, 0.76))
    top = plain.bounds[1, 2]
    drawers = _block(0.38, 0.5, 0.1, top - 0.04, x=width / 2 - 0.25, skin=2)
    screen = _block(rng.uniform(0.45, 0.65), 0.04, top + 0.1, top + 0.48, y=-0.15, skin=3)
    foot = _block(0.2, 0.15, top, top + 0.1, y=-0.17, skin=3)
    keys = _block(0.42, 0.14, top, top + 0.02, y=0.12, skin=3)
    return Piece("desk", (*plain.parts, drawers, screen, foot, keys))


def office_chair(rng):
    seat = rng.uniform(0.44, 0.52)
    parts = (
        _block(0.48, 0.46, seat - 0.08, seat),
        _block(0.44, 0.07, seat + 0.08, seat + 0.55, y=-0.2),
        _block(0.06, 0.06, 0.08, seat - 0.08, skin=1, round=True),
        _block(0.56, 0.07, 0.03, 0.08, skin=1),
        _block(0.07, 0.56, 0.03, 0.08, skin=1),
    )
    return Piece("office chair", parts)


def filing_cabinet(rng):
    return _carcass("filing cabinet", 0.45, 0.55, rng.uniform(0.7, 1.3), (1, 3))


def toilet(rng):
    parts = (
        _block(0.22, 0.4, 0, 0.36, y=0.05),
        _block(0.36, 0.48, 0.36, 0.42, y=0.08, skin=1, round=True),
        _block(0.4, 0.18, 0.36, 0.8, y=-0.24),
    )
    return Piece("toilet", parts)


def washbasin(rng):
    width = rng.uniform(0.45, 0.7)
    parts = (
        _block(0.16, 0.16, 0, 0.72, y=-0.08, round=True),
        _block(width, 0.42, 0.72, 0.86),
        _block(width - 0.12, 0.26, 0.86, 0.865, y=0.03, skin=1),
        _block(0.03, 0.03, 0.86, 1.0, y=-0.17, skin=2, round=True),
        _block(width, 0.02, 1.2, 1.8, y=-0.2, skin=3),
    )
    return Piece("washbasin", parts)


def bathtub(rng):
    length, depth, rim = rng.uniform(1.5, 1.75), rng.uniform(0.68, 0.8), rng.uniform(0.5, 0.6)
    wall = 0.08
    parts = (
        _block(length, wall, 0, rim, y=(depth - wall) / 2),
        _block(length, wall, 0, rim, y=-(depth - wall) / 2),
        _block(wall, depth, 0, rim, x=(length - wall) / 2),
        _block(wall, depth, 0, rim, x=-(length - wall) / 2),
        _block(length - wall, depth - wall, 0, 0.15, skin=1),
        _block(0.04, 0.04, rim, rim + 0.25, x=length / 2 - 0.06, skin=2, round=True),
    )
    return Piece("bathtub", parts)


def shower(rng):
    side, height = rng.uniform(0.8, 0.95), 2.0
    parts = (
        _block(side, side, 0, 0.12),
        _block(0.03, side, 0.12, height, x=-side / 2 + 0.015, skin=1),
        _block(side, 0.03, 0.12, height, y=-side / 2 + 0.015, skin=1),
        _block(0.04, 0.04, 0.9, height, x=0.1, y=-side / 2 + 0.05, skin=2, round=True),
        _block(0.2, 0.2, height - 0.04, height, x=0.1, y=-side / 2 + 0.2, skin=2, round=True),
    )
    return Piece("shower", parts)


def washing_machine(rng):
    window = _block(0.34, 0.03, 0.3, 0.64, y=0.305, skin=1)
    panel = _block(0.58, 0.02, 0.73, 0.83, y=0.3, skin=2)
    top = _block(0.6, 0.6, 0.83, 0.85)
    return Piece("washing machine", (_block(0.6, 0.58, 0, 0.83), window, panel, top), tops=(top,))


def workbench(rng):
    width = rng.uniform(1.5, 2.2)
    plain = _on_legs("workbench", width, 0.7, rng.uniform(0.85, 0.95), thick=0.1)
    top = plain.bounds[1, 2]
    vise = _block(0.18, 0.22, top, top + 0.16, x=-0.35 * width, y=0.25, skin=2)
    low = _block(width - 0.2, 0.5, 0.2, 0.23, skin=1)
    board = _block(width, 0.03, top + 0.1, top + 0.85, y=-0.33, skin=3)
    return _with(plain, "workbench", vise, low, board)


def tool_shelf(rng):
    width, height = rng.uniform(0.9, 1.5), rng.uniform(1.5, 1.9)
    posts = _legs(width, 0.45, height, 0.05, skin=0)
    levels = np.linspace(0.1, height - 0.05, 4)
    boards = [_block(width, 0.45, z, z + 0.03) for z in levels]
    boxes = [
        _block(w, 0.34, z + 0.03, z + 0.03 + rng.uniform(0.12, 0.32),
               x=rng.uniform(-0.35, 0.35) * width, skin=int(rng.integers(1, 5)))
        for z in levels[:-1] for w in rng.uniform(0.2, 0.4, 2)
    ]  # fmt: skip
    return Piece("tool shelf", (*posts, *boards, *boxes))


def barrel(rng):
    across, height = rng.uniform(0.45, 0.6), rng.uniform(0.8, 0.95)
    rings = [
        _block(across + 0.03, across + 0.03, z, z + 0.05, skin=1, round=True)
        for z in (0.25 * height, 0.7 * height)
    ]
    return Piece("barrel", (_block(across, across, 0, height, round=True), *rings))


def crate(rng):
    side, height = rng.uniform(0.4, 0.7), rng.uniform(0.3, 0.6)
    stack = [_block(side, side, 0, height)]
    if rng.random() < 0.4:
        stack.append(_block(0.8 * side, 0.8 * side, height, 1.7 * height, skin=1))
    return Piece("crate", tuple(stack))


def bench(rng):
    return _on_legs("bench", rng.uniform(1.0, 1.5), 0.35, rng.uniform(0.42, 0.48))


def shoe_rack(rng):
    width = rng.uniform(0.7, 1.0)
    boards = [_block(width, 0.3, z, z + 0.03) for z in (0.1, 0.3, 0.5)]
    return Piece("shoe rack", (*boards, *_legs(width, 0.3, 0.53, 0.04)), tops=(boards[-1],))


def coat_rack(rng):
    board = _block(rng.uniform(0.7, 1.2), 0.03, 1.55, 1.7, y=-0.03)
    width = board.high[0] * 2
    coats = [
        _block(0.28, 0.14, 0.75, 1.6, x=x, y=0.05, skin=int(rng.integers(1, 4)))
        for x in np.arange(-width / 2 + 0.15, width / 2 - 0.1, 0.32)
        if rng.random() < 0.8
    ]
    return Piece("coat rack", (board, *coats))


def plant(rng):
    across, pot, tall = rng.uniform(0.25, 0.4), rng.uniform(0.25, 0.4), rng.uniform(0.7, 1.4)
    parts = [
        _block(across, across, 0, pot, round=True),
        _block(0.04, 0.04, pot, tall, skin=1, round=True),
    ]
    for z in np.arange(pot + 0.15, tall + 0.1, 0.18):
        leaf = rng.uniform(0.25, 0.5)
        x, y = rng.uniform(-0.08, 0.08, 2)
        parts.append(_block(leaf, leaf, z, z + 0.12, x=x, y=y, skin=2, round=True))
    return Piece("plant", tuple(parts))


def floor_lamp(rng):
    height = rng.uniform(1.4, 1.7)
    parts = (
        _block(0.28, 0.28, 0, 0.03, round=True),
        _block(0.03, 0.03, 0.03, height, round=True),
        _block(0.36, 0.36, height - 0.25, height + 0.05, skin=1, round=True),
    )
    return Piece("floor lamp", parts)


def rug(rng):
    width, depth = rng.uniform(1.2, 2.2), rng.uniform(0.9, 1.6)
    return Piece("rug", (_block(width, depth, 0.002, 0.012),), flat=True)


def picture(rng):
    width, height = rng.uniform(0.4, 1.0), rng.uniform(0.4, 0.8)
    low = rng.uniform(1.2, 1.5)
    frame = _block(width, 0.03, low, low + height)
    canvas = _block(width - 0.1, 0.01, low + 0.05, low + height - 0.05, y=0.02, skin=1)
    return Piece("picture", (frame, canvas), flat=True)


def window(rng):
    width, low, high = rng.uniform(0.8, 1.6), rng.uniform(0.85, 1.0), rng.uniform(1.9, 2.2)
    frame = _block(width, 0.05, low, high)
    panes = [
        _block(width / 2 - 0.1, 0.01, low + 0.06, high - 0.06, x=s * width / 4, y=0.03, skin=1)
        for s in (-1, 1)
    ]
    curtains = [
        _block(0.25, 0.08, 0.5, high + 0.1, x=s * (width / 2 + 0.1), y=0.04, skin=2)
        for s in (-1, 1)
    ]
    return Piece("window", (frame, *panes, *(curtains if rng.random() < 0.6 else ())), flat=True)


def door(rng):
    leaf = _block(0.85, 0.05, 0, 2.02)
    knob = _block(0.05, 0.06, 0.95, 1.03, x=0.33, y=0.05, skin=1)
    return Piece("door", (leaf, knob), flat=True)
