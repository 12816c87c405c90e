"""Whoever looks on while the camera drives: through the camera, and from above."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.rooms.differential_drive import RADIUS

if TYPE_CHECKING:
    from embodied_ssl_envs.rooms.env import RoomsEnv

CUT = 2.3  # metres: what is higher is left out, so that no ceiling is in the way
FOV = 50.0
MARGIN = 0.5  # metres of the walls that are seen around the floor
PATHS = {4: (0, 0, 0), 2: (255, 255, 255)}
"""Pixels across the path -> colour: white with a dark rim, to be seen on any floor."""
BASE, FRONT = (220, 40, 40), (255, 220, 0)


class Onlooker:
    """Takes pictures of what the camera sees, beside the room from above with the path so far.

    Args:
        env: that has been reset.
        size: pixels along each side of either of the two.
    """

    def __init__(self, env: RoomsEnv, size: int):
        self._env, self._size = env, size
        self.camera = camera_above(env.room.area, size)
        # Nothing moves but the base, which is invisible.
        self._room = env.simulation.render(self.camera, env.room.light).rgb
        self._poses: list[np.ndarray] = []

    def __call__(self) -> np.ndarray:
        """A picture of this moment, (S, 2 S, 3) uint8 RGB."""
        env = self._env
        self._poses.append(env.base.pose)
        own = replace(env.mount.camera(env.base.pose), size=self._size)
        return np.hstack([env.simulation.render(own, env.room.light).rgb, self._from_above()])

    def _from_above(self) -> np.ndarray:
        """The room, the path of the base, and the base with its front."""
        picture = self._room.copy()
        x, y, heading = self._poses[-1]
        rim = [x + RADIUS * np.cos(heading), y + RADIUS * np.sin(heading)]
        *path, front = self._pixels([*(pose[:2] for pose in self._poses), rim])
        radius = max(2, round(float(np.linalg.norm(np.subtract(front, path[-1])))))
        for width, color in PATHS.items():
            cv2.polylines(picture, [np.array(path)], False, color, width, cv2.LINE_AA)
        cv2.circle(picture, path[-1], radius, BASE, -1, cv2.LINE_AA)
        cv2.line(picture, path[-1], front, FRONT, 2, cv2.LINE_AA)
        return picture

    def _pixels(self, places: list[np.ndarray]) -> list[list[int]]:
        """Pixels (u, v) of places (x, y) on the floor."""
        points = np.column_stack([np.array(places), np.zeros(len(places))])
        return np.round(self.camera.project(points)).astype(int).tolist()


def camera_above(area: np.ndarray, size: int) -> Camera:
    """The camera that sees a floor from above, y upwards in the frame.

    Args:
        area: lowest and highest corner of the floor, (2, 2) metres.
        size: pixels along each side of an image.
    """
    x, y = area.mean(axis=0).tolist()
    half = float((area[1] - area[0]).max()) / 2 + MARGIN
    height = CUT + half / float(np.tan(np.radians(FOV) / 2))
    return Camera(
        eye=(x, y, height),
        target=(x, y, 0.0),
        up=(0.0, 1.0, 0.0),
        fov=FOV,
        size=size,
        near=height - CUT,
        far=height + 1.0,
    )
