"""Photographs of one object, each in a place of its own."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from embodied_ssl_envs.backdrop import SURFACES_PER_VIEW, Stage, Subject, draw_light, frame_object
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.surfaces import SURFACES


class Photographs:
    """Every view has a stage, a lamp and a camera that no other view of the object shares.

    Args:
        simulation: where the object stands.
        rng: of all that is random in any of the views.
        subject: the object.
        size: pixels along each side of an image.
        azimuths: views from each elevation.
    """

    ELEVATIONS: ClassVar = {30: "gallery", 45: "query", 60: "gallery"}
    """Degrees, and what the views from there are for in retrieval."""
    MOST_AZIMUTHS: ClassVar = SURFACES // (SURFACES_PER_VIEW * len(ELEVATIONS)) - 1

    def __init__(
        self,
        simulation: Simulation,
        rng: np.random.Generator,
        subject: Subject,
        size: int,
        azimuths: int,
    ):
        self._simulation, self._subject, self._size = simulation, subject, size
        self._sector = 360 / azimuths
        views = len(self.ELEVATIONS) * azimuths + 1
        self._seeds = rng.integers(2**63, size=views)
        chosen = rng.permutation(SURFACES)[: views * SURFACES_PER_VIEW]
        self.surfaces = chosen.reshape(views, SURFACES_PER_VIEW).tolist()
        """Of each view."""

    def take(self, view: int, elevation: float, azimuth: float) -> np.ndarray:
        """View number ``view``, from anywhere in the sector about that azimuth (degrees).

        Returns:
            (S, S, 3) uint8 RGB, the same whenever it is taken.
        """
        rng = np.random.default_rng(self._seeds[view])
        azimuth += self._sector * rng.uniform(-0.5, 0.5)
        camera = frame_object(rng, self._subject, elevation, azimuth, self._size)
        stage = Stage(self._simulation, rng, camera, self._subject, self.surfaces[view])
        image = self._simulation.render(camera, draw_light(rng)).rgb
        stage.strike()
        return image
