"""Furniture of living rooms, dining rooms and bedrooms."""

from embodied_ssl_envs.rooms.furniture.pieces import Piece, block, carcass, extended, spread


def _arms(width, depth, height, thick):
    return [block(thick, depth, 0.05, height, x=s * (width - thick) / 2) for s in (-1, 1)]


def sofa(rng):
    width, depth, seat = rng.uniform(1.5, 2.2), rng.uniform(0.8, 0.95), rng.uniform(0.38, 0.45)
    base = block(width, depth, 0.05, seat - 0.12)
    back = block(width, 0.22, seat - 0.12, rng.uniform(0.75, 0.9), y=-depth / 2 + 0.11)
    arms = _arms(width, depth, seat + 0.18, thick=0.18)
    count = 2 if width < 1.8 else 3
    inner = width - 0.36
    cushions = [
        block(inner / count - 0.02, depth - 0.24, seat - 0.12, seat, x=x, y=0.1, slot=1)
        for x in spread(inner, count)
    ]
    return Piece("sofa", (base, back, *arms, *cushions))


def armchair(rng):
    width, depth, seat = rng.uniform(0.75, 0.9), rng.uniform(0.75, 0.85), rng.uniform(0.38, 0.45)
    base = block(width, depth, 0.05, seat)
    back = block(width, 0.2, seat, rng.uniform(0.8, 1.0), y=-depth / 2 + 0.1)
    arms = _arms(width, depth, seat + 0.2, thick=0.15)
    return Piece("armchair", (base, back, *arms))


def television(rng):
    stand = carcass("television", rng.uniform(1.2, 1.7), 0.4, rng.uniform(0.4, 0.55), (3, 1))
    top = stand.bounds[1, 2]
    screen = block(rng.uniform(0.8, 1.2), 0.05, top + 0.08, top + 0.7, slot=2)
    foot = block(0.3, 0.2, top, top + 0.08, slot=2)
    return extended(stand, screen, foot)


def sideboard(rng):
    return carcass("sideboard", rng.uniform(1.2, 1.8), 0.42, rng.uniform(0.7, 0.85), (3, 1))


def bed(rng):
    width, length = rng.uniform(0.9, 1.8), rng.uniform(1.9, 2.1)
    frame = block(width, length, 0.05, 0.3)
    mattress = block(width - 0.04, length - 0.04, 0.3, rng.uniform(0.45, 0.58), slot=1)
    top = mattress.high[2]
    cover = block(width, 0.62 * length, 0.28, top + 0.03, y=0.19 * length, slot=2)
    head = block(width, 0.06, 0, rng.uniform(0.8, 1.1), y=-length / 2 + 0.03)
    pillows = [
        block(0.38 * width, 0.34, top, top + 0.1, x=x * width, y=-length / 2 + 0.28, slot=3)
        for x in ((-0.24, 0.24) if width > 1.3 else (0.0,))
    ]
    return Piece("bed", (frame, mattress, cover, head, *pillows))


def nightstand(rng):
    return carcass("nightstand", rng.uniform(0.4, 0.5), 0.4, rng.uniform(0.45, 0.6), (1, 2))


def wardrobe(rng):
    width = rng.uniform(1.0, 1.8)
    return carcass("wardrobe", width, 0.6, rng.uniform(1.9, 2.15), (round(width / 0.5), 1))


def dresser(rng):
    return carcass("dresser", rng.uniform(0.8, 1.2), 0.45, rng.uniform(0.75, 0.95), (2, 3))
