"""Furniture of kitchens."""

from embodied_ssl_envs.rooms.furniture.pieces import Piece, block, carcass, spread


def counter(rng):
    width = rng.uniform(1.4, 2.4)
    return carcass("counter", width, 0.6, 0.88, (round(width / 0.5), 2), worktop=True)


def sink(rng):
    piece = carcass("sink", rng.uniform(0.8, 1.0), 0.6, 0.88, (2, 1), worktop=True)
    basin = block(0.5, 0.36, 0.9, 0.915, slot=3)
    tap = block(0.03, 0.03, 0.91, 1.15, y=-0.24, slot=3, round=True)
    spout = block(0.03, 0.2, 1.12, 1.15, y=-0.15, slot=3)
    return Piece("sink", (*piece.parts, basin, tap, spout))


def stove(rng):
    body = block(0.6, 0.6, 0, 0.9)
    oven = block(0.5, 0.02, 0.25, 0.65, y=0.31, slot=1)
    rings = [
        block(0.18, 0.18, 0.9, 0.912, x=x, y=y, slot=1, round=True)
        for x in (-0.14, 0.14) for y in (-0.14, 0.14)
    ]  # fmt: skip
    hood = block(0.6, 0.45, 1.6, 1.75, y=-0.07)
    pipe = block(0.22, 0.22, 1.75, 2.3, y=-0.15)
    return Piece("stove", (body, oven, *rings, hood, pipe))


def fridge(rng):
    width, height = rng.uniform(0.6, 0.75), rng.uniform(1.5, 1.9)
    lower = height * rng.uniform(0.5, 0.7)
    doors = [
        block(width - 0.02, 0.03, low, high, y=0.315, slot=1)
        for low, high in ((0.05, lower), (lower + 0.02, height - 0.02))
    ]
    handle = block(0.02, 0.04, 0.6 * lower, 0.9 * lower, x=0.4 * width, y=0.34, slot=2)
    return Piece("fridge", (block(width, 0.6, 0, height), *doors, handle))


def wall_cupboard(rng):
    width, low = rng.uniform(0.8, 1.6), rng.uniform(1.4, 1.5)
    count = round(width / 0.45)
    doors = [
        block(width / count - 0.02, 0.02, low + 0.02, low + 0.58, x=x, y=0.18, slot=1)
        for x in spread(width, count)
    ]
    return Piece("wall cupboard", (block(width, 0.34, low, low + 0.6), *doors), flat=True)
