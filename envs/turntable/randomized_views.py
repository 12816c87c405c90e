"""Photographs of one object, each in a place of its own."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from embodied_ssl_envs.background_textures import SURFACES
from embodied_ssl_envs.turntable.background import (
    SURFACES_PER_VIEW,
    Stage,
    draw_light,
    frame_object,
)
from embodied_ssl_envs.turntable.views import Views


class Photographs(Views):
    """Every view has a stage, a lamp and a camera that no other view of the object shares."""

    ELEVATIONS: ClassVar = {30: "gallery", 45: "query", 60: "gallery"}
    MOST_AZIMUTHS = SURFACES // (SURFACES_PER_VIEW * len(ELEVATIONS)) - 1

    def _prepare(self, rng: np.random.Generator) -> None:
        views = len(self.ELEVATIONS) * self._azimuths + 1
        self._seeds = rng.integers(2**63, size=views)
        chosen = rng.permutation(SURFACES)[: views * SURFACES_PER_VIEW]
        self.surfaces = chosen.reshape(views, SURFACES_PER_VIEW).tolist()
        """Of each view."""

    def take(self, view: int, elevation: float, azimuth: float) -> np.ndarray:
        """From anywhere in the sector about that azimuth."""
        rng = np.random.default_rng(self._seeds[view])
        azimuth += rng.uniform(-180, 180) / self._azimuths
        camera = frame_object(rng, self._subject, elevation, azimuth, self._size)
        stage = Stage(self._simulation, rng, camera, self._subject, self.surfaces[view])
        image = self._simulation.render(camera, draw_light(rng)).rgb
        stage.strike()
        return image
