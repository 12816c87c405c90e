"""Pictures, windows and doors."""

from embodied_ssl_envs.rooms.furniture.pieces import Piece, block


def picture(rng):
    width, height = rng.uniform(0.4, 1.0), rng.uniform(0.4, 0.8)
    low = rng.uniform(1.2, 1.5)
    frame = block(width, 0.03, low, low + height)
    canvas = block(width - 0.1, 0.01, low + 0.05, low + height - 0.05, y=0.02, slot=1)
    return Piece("picture", (frame, canvas), flat=True)


def window(rng):
    width, low, high = rng.uniform(0.8, 1.6), rng.uniform(0.85, 1.0), rng.uniform(1.9, 2.2)
    frame = block(width, 0.05, low, high)
    panes = [
        block(width / 2 - 0.1, 0.01, low + 0.06, high - 0.06, x=s * width / 4, y=0.03, slot=1)
        for s in (-1, 1)
    ]
    curtains = [
        block(0.25, 0.08, 0.5, high + 0.1, x=s * (width / 2 + 0.1), y=0.04, slot=2) for s in (-1, 1)
    ]
    return Piece("window", (frame, *panes, *(curtains if rng.random() < 0.6 else ())), flat=True)


def door(rng):
    leaf = block(0.85, 0.05, 0, 2.02)
    knob = block(0.05, 0.06, 0.95, 1.03, x=0.33, y=0.05, slot=1)
    return Piece("door", (leaf, knob), flat=True)
