"""Whoever looks on while the arm works."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from embodied_ssl_envs.cameras import Camera

if TYPE_CHECKING:
    from embodied_ssl_envs.tabletop.env import TabletopEnv

ONLOOKER = Camera(eye=(1.35, -0.95, 0.85), target=(0.35, 0.0, 0.2), fov=48.0)


class Onlooker:
    """Takes pictures of the arm from beside the table.

    Args:
        env: that has been reset.
        size: pixels along each side of a picture.
    """

    def __init__(self, env: TabletopEnv, size: int):
        self._env = env
        self.camera = replace(ONLOOKER, size=size)

    def __call__(self) -> np.ndarray:
        """A picture of this moment, (S, S, 3) uint8 RGB."""
        return self._env.world.render(self.camera).rgb
