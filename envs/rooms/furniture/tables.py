"""Tables and seats."""

from embodied_ssl_envs.rooms.furniture.pieces import Piece, block, legs, on_legs


def table(rng):
    width, depth = rng.uniform(1.1, 1.8), rng.uniform(0.75, 1.0)
    return on_legs("table", width, depth, rng.uniform(0.7, 0.78))


def round_table(rng):
    across, height = rng.uniform(0.8, 1.2), rng.uniform(0.68, 0.78)
    top = block(across, across, height - 0.04, height, round=True)
    foot = block(0.5 * across, 0.5 * across, 0, 0.04, slot=1, round=True)
    stem = block(0.1, 0.1, 0.04, height - 0.04, slot=1, round=True)
    return Piece("round table", (top, foot, stem), tops=(top,))


def coffee_table(rng):
    width, depth = rng.uniform(0.8, 1.1), rng.uniform(0.5, 0.6)
    return on_legs("coffee table", width, depth, rng.uniform(0.38, 0.48))


def bench(rng):
    return on_legs("bench", rng.uniform(1.0, 1.5), 0.35, rng.uniform(0.42, 0.48))


def chair(rng):
    side, seat = rng.uniform(0.4, 0.48), rng.uniform(0.42, 0.48)
    plate = block(side, side, seat - 0.05, seat)
    back = block(side, 0.05, seat, rng.uniform(0.8, 1.0), y=-side / 2 + 0.025)
    return Piece("chair", (plate, back, *legs(side, side, seat - 0.05, 0.04)))


def stool(rng):
    across, height = rng.uniform(0.3, 0.4), rng.uniform(0.42, 0.68)
    seat = block(across, across, height - 0.05, height, round=True)
    return Piece("stool", (seat, *legs(0.6 * across, 0.6 * across, height - 0.05, 0.035)))
