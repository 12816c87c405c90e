"""Furniture of any room: shelves, racks, plants, lamps and rugs."""

import numpy as np

from embodied_ssl_envs.rooms.furniture.pieces import Piece, block, boards, legs


def bookcase(rng):
    width, height = rng.uniform(0.7, 1.2), rng.uniform(1.6, 2.1)
    count = int(rng.integers(4, 7))
    sides = [block(0.03, 0.3, 0, height, x=s * (width - 0.03) / 2) for s in (-1, 1)]
    levels = np.linspace(0.05, height - 0.03, count)
    back = block(width, 0.02, 0, height, y=-0.14)
    books = []
    for z in levels[:-1]:
        x = -width / 2 + 0.05
        while x < width / 2 - 0.12:
            thick = rng.uniform(0.03, 0.11)
            tall = rng.uniform(0.6, 0.9) * (levels[1] - levels[0] - 0.04)
            if rng.random() < 0.75:
                where = {"x": x + thick / 2, "y": -0.02}
                books.append(block(thick, 0.2, z + 0.03, z + 0.03 + tall, **where,
                                    slot=int(rng.integers(1, 5))))  # fmt: skip
            x += thick
    return Piece("bookcase", (*sides, *boards(width, 0.3, levels), back, *books))


def shoe_rack(rng):
    width = rng.uniform(0.7, 1.0)
    levels = boards(width, 0.3, (0.1, 0.3, 0.5))
    return Piece("shoe rack", (*levels, *legs(width, 0.3, 0.53, 0.04)), tops=(levels[-1],))


def coat_rack(rng):
    board = block(rng.uniform(0.7, 1.2), 0.03, 1.55, 1.7, y=-0.03)
    width = board.high[0] * 2
    coats = [
        block(0.28, 0.14, 0.75, 1.6, x=x, y=0.05, slot=int(rng.integers(1, 4)))
        for x in np.arange(-width / 2 + 0.15, width / 2 - 0.1, 0.32)
        if rng.random() < 0.8
    ]
    return Piece("coat rack", (board, *coats))


def plant(rng):
    across, pot, tall = rng.uniform(0.25, 0.4), rng.uniform(0.25, 0.4), rng.uniform(0.7, 1.4)
    parts = [
        block(across, across, 0, pot, round=True),
        block(0.04, 0.04, pot, tall, slot=1, round=True),
    ]
    for z in np.arange(pot + 0.15, tall + 0.1, 0.18):
        leaf = rng.uniform(0.25, 0.5)
        x, y = rng.uniform(-0.08, 0.08, 2)
        parts.append(block(leaf, leaf, z, z + 0.12, x=x, y=y, slot=2, round=True))
    return Piece("plant", tuple(parts))


def floor_lamp(rng):
    height = rng.uniform(1.4, 1.7)
    parts = (
        block(0.28, 0.28, 0, 0.03, round=True),
        block(0.03, 0.03, 0.03, height, round=True),
        block(0.36, 0.36, height - 0.25, height + 0.05, slot=1, round=True),
    )
    return Piece("floor lamp", parts)


def rug(rng):
    width, depth = rng.uniform(1.2, 2.2), rng.uniform(0.9, 1.6)
    return Piece("rug", (block(width, depth, 0.002, 0.012),), flat=True)
