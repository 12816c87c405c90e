"""Furniture of offices and workshops."""

import numpy as np

from embodied_ssl_envs.rooms.furniture.pieces import (
    Piece,
    block,
    boards,
    carcass,
    extended,
    legs,
    on_legs,
)


def desk(rng):
    width = rng.uniform(1.1, 1.6)
    plain = on_legs("desk", width, rng.uniform(0.6, 0.75), rng.uniform(0.7, 0.76))
    top = plain.bounds[1, 2]
    drawers = block(0.38, 0.5, 0.1, top - 0.04, x=width / 2 - 0.25, slot=2)
    screen = block(rng.uniform(0.45, 0.65), 0.04, top + 0.1, top + 0.48, y=-0.15, slot=3)
    foot = block(0.2, 0.15, top, top + 0.1, y=-0.17, slot=3)
    keys = block(0.42, 0.14, top, top + 0.02, y=0.12, slot=3)
    return Piece("desk", (*plain.parts, drawers, screen, foot, keys))


def office_chair(rng):
    seat = rng.uniform(0.44, 0.52)
    parts = (
        block(0.48, 0.46, seat - 0.08, seat),
        block(0.44, 0.07, seat + 0.08, seat + 0.55, y=-0.2),
        block(0.06, 0.06, 0.08, seat - 0.08, slot=1, round=True),
        block(0.56, 0.07, 0.03, 0.08, slot=1),
        block(0.07, 0.56, 0.03, 0.08, slot=1),
    )
    return Piece("office chair", parts)


def filing_cabinet(rng):
    return carcass("filing cabinet", 0.45, 0.55, rng.uniform(0.7, 1.3), (1, 3))


def workbench(rng):
    width = rng.uniform(1.5, 2.2)
    plain = on_legs("workbench", width, 0.7, rng.uniform(0.85, 0.95), thick=0.1)
    top = plain.bounds[1, 2]
    vise = block(0.18, 0.22, top, top + 0.16, x=-0.35 * width, y=0.25, slot=2)
    low = block(width - 0.2, 0.5, 0.2, 0.23, slot=1)
    board = block(width, 0.03, top + 0.1, top + 0.85, y=-0.33, slot=3)
    return extended(plain, vise, low, board)


def tool_shelf(rng):
    width, height = rng.uniform(0.9, 1.5), rng.uniform(1.5, 1.9)
    posts = legs(width, 0.45, height, 0.05, slot=0)
    levels = np.linspace(0.1, height - 0.05, 4)
    boxes = [
        block(w, 0.34, z + 0.03, z + 0.03 + rng.uniform(0.12, 0.32),
               x=rng.uniform(-0.35, 0.35) * width, slot=int(rng.integers(1, 5)))
        for z in levels[:-1] for w in rng.uniform(0.2, 0.4, 2)
    ]  # fmt: skip
    return Piece("tool shelf", (*posts, *boards(width, 0.45, levels), *boxes))


def barrel(rng):
    across, height = rng.uniform(0.45, 0.6), rng.uniform(0.8, 0.95)
    rings = [
        block(across + 0.03, across + 0.03, z, z + 0.05, slot=1, round=True)
        for z in (0.25 * height, 0.7 * height)
    ]
    return Piece("barrel", (block(across, across, 0, height, round=True), *rings))


def crate(rng):
    side, height = rng.uniform(0.4, 0.7), rng.uniform(0.3, 0.6)
    stack = [block(side, side, 0, height)]
    if rng.random() < 0.4:
        stack.append(block(0.8 * side, 0.8 * side, height, 1.7 * height, slot=1))
    return Piece("crate", tuple(stack))
