"""The views of an object: images of it from several viewpoints."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.turntable.framing import Subject


class Views(ABC):
    """Views of one object from some elevations, the same number of azimuths at each.

    Args:
        simulation: where the object stands.
        rng: of all that is random in any of the views.
        subject: the object.
        size: pixels along each side of an image.
        azimuths: views from each elevation.
    """

    ELEVATIONS: ClassVar[dict[int, str]]
    """Degrees, and the role of the views from there."""
    MOST_AZIMUTHS: ClassVar[int]

    def __init__(
        self,
        simulation: Simulation,
        rng: np.random.Generator,
        subject: Subject,
        size: int,
        azimuths: int,
    ):
        self._simulation, self._subject, self._size = simulation, subject, size
        self._azimuths = azimuths
        self._prepare(rng)

    @abstractmethod
    def _prepare(self, rng: np.random.Generator) -> None:
        """Draw whatever is random."""

    @abstractmethod
    def render(self, view: int, elevation: float, azimuth: float) -> Frame:
        """The frame of a view, the same whenever it is rendered.

        Args:
            view: its number.
            elevation: of the camera above the horizon, degrees.
            azimuth: of the camera about the object, degrees counter-clockwise.
        """
