"""The layout of a room: pieces of furniture in their places, and the free space between them.

The room is a rectangle about the origin, x along its width and y along its depth, metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from embodied_ssl_envs.rooms.furniture.pieces import Piece
from embodied_ssl_envs.rooms.regions import largest_region

CELL = 0.05  # metres: of the grid of free space
GAP = 0.04  # metres between neighbours


@dataclass(frozen=True)
class PlacedPiece:
    """A piece of furniture at a position in the room."""

    piece: Piece
    x: float
    y: float
    quarter_turns: int
    """Counter-clockwise; without a turn its front faces +y."""

    @property
    def footprint(self) -> np.ndarray:
        """Lower and upper corner of its bounding rectangle on the floor, (2, 2) metres."""
        return np.sort(self.to_room(self.piece.bounds[:, :2]), axis=0)

    def to_room(self, points: np.ndarray) -> np.ndarray:
        """Room coordinates of points (..., 2) of the piece, (..., 2) metres."""
        cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[self.quarter_turns % 4]
        return points @ np.array([[cos, sin], [-sin, cos]]) + (self.x, self.y)


@dataclass
class Layout:
    """The floor plan of a furnished room."""

    width: float
    depth: float
    placed: list[PlacedPiece] = field(default_factory=list)

    @property
    def half(self) -> np.ndarray:
        """Half of width and depth, (2,) metres."""
        return np.array([self.width, self.depth]) / 2

    def fits(self, item: PlacedPiece, gap: float = GAP) -> bool:
        """Whether a piece is inside the room and at least ``gap`` metres from all others."""
        low, high = item.footprint
        if (low < -self.half - 1e-6).any() or (high > self.half + 1e-6).any():
            return False
        return not any(
            (low < other.footprint[1] + gap).all() and (high > other.footprint[0] - gap).all()
            for other in self.placed
            if other.piece.flat == item.piece.flat
        )

    def free_space(self, radius: float) -> np.ndarray:
        """Positions (N, 2), metres, that a disc of ``radius`` can have in the largest connected
        region of the free space; cells of ``CELL`` metres."""
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
