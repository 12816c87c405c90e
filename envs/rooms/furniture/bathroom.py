"""Furniture of bathrooms."""

from embodied_ssl_envs.rooms.furniture.pieces import Piece, block


def toilet(rng):
    parts = (
        block(0.22, 0.4, 0, 0.36, y=0.05),
        block(0.36, 0.48, 0.36, 0.42, y=0.08, slot=1, round=True),
        block(0.4, 0.18, 0.36, 0.8, y=-0.24),
    )
    return Piece("toilet", parts)


def washbasin(rng):
    width = rng.uniform(0.45, 0.7)
    parts = (
        block(0.16, 0.16, 0, 0.72, y=-0.08, round=True),
        block(width, 0.42, 0.72, 0.86),
        block(width - 0.12, 0.26, 0.86, 0.865, y=0.03, slot=1),
        block(0.03, 0.03, 0.86, 1.0, y=-0.17, slot=2, round=True),
        block(width, 0.02, 1.2, 1.8, y=-0.2, slot=3),
    )
    return Piece("washbasin", parts)


def bathtub(rng):
    length, depth, rim = rng.uniform(1.5, 1.75), rng.uniform(0.68, 0.8), rng.uniform(0.5, 0.6)
    wall = 0.08
    parts = (
        block(length, wall, 0, rim, y=(depth - wall) / 2),
        block(length, wall, 0, rim, y=-(depth - wall) / 2),
        block(wall, depth, 0, rim, x=(length - wall) / 2),
        block(wall, depth, 0, rim, x=-(length - wall) / 2),
        block(length - wall, depth - wall, 0, 0.15, slot=1),
        block(0.04, 0.04, rim, rim + 0.25, x=length / 2 - 0.06, slot=2, round=True),
    )
    return Piece("bathtub", parts)


def shower(rng):
    side, height = rng.uniform(0.8, 0.95), 2.0
    parts = (
        block(side, side, 0, 0.12),
        block(0.03, side, 0.12, height, x=-side / 2 + 0.015, slot=1),
        block(side, 0.03, 0.12, height, y=-side / 2 + 0.015, slot=1),
        block(0.04, 0.04, 0.9, height, x=0.1, y=-side / 2 + 0.05, slot=2, round=True),
        block(0.2, 0.2, height - 0.04, height, x=0.1, y=-side / 2 + 0.2, slot=2, round=True),
    )
    return Piece("shower", parts)


def washing_machine(rng):
    window = block(0.34, 0.03, 0.3, 0.64, y=0.305, slot=1)
    panel = block(0.58, 0.02, 0.73, 0.83, y=0.3, slot=2)
    top = block(0.6, 0.6, 0.83, 0.85)
    return Piece("washing machine", (block(0.6, 0.58, 0, 0.83), window, panel, top), tops=(top,))
