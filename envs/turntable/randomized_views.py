"""Views of one object, each with random surroundings of its own (domain randomization)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from embodied_ssl_envs.background_textures import TEXTURES
from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.turntable.background import TEXTURES_PER_VIEW, Background, draw_light
from embodied_ssl_envs.turntable.framing import frame_object
from embodied_ssl_envs.turntable.views import Views


class RandomizedViews(Views):
    """Views that share neither background, lamp nor camera with any other view of the object."""

    ELEVATIONS: ClassVar = {30: "gallery", 45: "query", 60: "gallery"}
    MOST_AZIMUTHS = TEXTURES // (TEXTURES_PER_VIEW * len(ELEVATIONS)) - 1

    def _prepare(self, rng: np.random.Generator) -> None:
        views = len(self.ELEVATIONS) * self._azimuths + 1
        self._seeds = rng.integers(2**63, size=views)
        chosen = rng.permutation(TEXTURES)[: views * TEXTURES_PER_VIEW]
        self.textures = chosen.reshape(views, TEXTURES_PER_VIEW).tolist()
        """Numbers of the background textures of each view."""

    def render(self, view: int, elevation: float, azimuth: float) -> Frame:
        """The frame of a view from a random azimuth within the sector about ``azimuth``."""
        rng = np.random.default_rng(self._seeds[view])
        azimuth += rng.uniform(-180, 180) / self._azimuths
        camera = frame_object(rng, self._subject, elevation, azimuth, self._size)
        background = Background(self._simulation, rng, camera, self._subject, self.textures[view])
        frame = self._simulation.render(camera, draw_light(rng))
        background.remove()
        return frame
