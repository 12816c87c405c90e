"""Pieces of furniture, their parts, and components that many pieces share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from embodied_ssl_envs.geometry import Vector


@dataclass(frozen=True)
class Part:
    """An upright box, or the cylinder inscribed in it; corners in metres."""

    low: Vector
    high: Vector
    slot: int = 0
    """Its texture slot: parts with the same slot of a piece share a texture."""
    round: bool = False


@dataclass(frozen=True)
class Piece:
    """A piece of furniture."""

    name: str
    parts: tuple[Part, ...]
    tops: tuple[Part, ...] = ()
    """Parts on which objects can stand."""
    flat: bool = False
    """Whether it is no obstacle, as a rug or a picture."""

    @cached_property
    def bounds(self) -> np.ndarray:
        """Lower and upper corner of its bounding box, (2, 3) metres."""
        lows, highs = zip(*((part.low, part.high) for part in self.parts), strict=True)
        return np.array([np.min(lows, axis=0), np.max(highs, axis=0)])

    @property
    def slots(self) -> int:
        """Number of texture slots."""
        return 1 + max(part.slot for part in self.parts)


Builder = Callable[[np.random.Generator], Piece]


def block(width, depth, low, high, x=0.0, y=0.0, slot=0, round=False) -> Part:
    """A part by its width, depth, lower and upper height, and centre on the floor, metres."""
    half = np.array([width, depth]) / 2
    corners = np.array([x, y]) + np.stack([-half, half])
    first, second = (
        (*corner.tolist(), float(z)) for corner, z in zip(corners, (low, high), strict=True)
    )
    return Part(first, second, slot, round)


def spread(width: float, count: int) -> np.ndarray:
    """The centres of ``count`` equal intervals of a width about 0, (count,)."""
    return (np.arange(count) + 0.5) * (width / count) - width / 2


def boards(width, depth, heights) -> list[Part]:
    """A board at each height."""
    return [block(width, depth, z, z + 0.03) for z in heights]


def legs(width, depth, height, thick, slot=1) -> list[Part]:
    """Four legs under the corners of a rectangle."""
    x, y = (width - thick) / 2, (depth - thick) / 2
    corners = [(-x, -y), (x, -y), (-x, y), (x, y)]
    return [block(thick, thick, 0, height, *corner, slot=slot) for corner in corners]


def on_legs(name, width, depth, height, thick=0.06) -> Piece:
    """A top on four legs."""
    top = block(width, depth, height - 0.04, height)
    return Piece(name, (top, *legs(width, depth, height - 0.04, thick)), tops=(top,))


def carcass(name, width, depth, height, doors, worktop=False) -> Piece:
    """A cabinet with a grid of doors or drawers (columns, rows) on its front."""
    body = block(width, depth, 0, height)
    columns, rows = doors
    step = (height - 0.1) / rows
    fronts = [
        block(width / columns - 0.03, 0.02, 0.09 + row * step, 0.06 + (row + 1) * step,
              x=x, y=depth / 2 + 0.01, slot=1)
        for x in spread(width, columns) for row in range(rows)
    ]  # fmt: skip
    top = block(width + 0.02, depth + 0.02, height, height + 0.03, slot=2 if worktop else 0)
    return Piece(name, (body, *fronts, top), tops=(top,))


def extended(piece: Piece, *parts: Part) -> Piece:
    """The piece with some more parts."""
    return replace(piece, parts=(*piece.parts, *parts))
