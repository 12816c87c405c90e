"""The room of an episode, whoever built it: what the camera's mover needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from embodied_ssl_envs.simulation import Light, Simulation


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room that stands in a simulation."""

    name: str
    """The same room has the same name for ever."""
    split: str
    kind: str
    places: np.ndarray
    """(N, 2) metres: where the base can begin."""
    headings: np.ndarray | None = None
    """(N,) radians, where it looks at each place; anywhere if None."""
    light: Light
    sight: float = 10.0
    """Metres that the camera sees."""

    def start(self, rng: np.random.Generator) -> tuple[np.ndarray, float]:
        """A place (2,) and a heading to begin with."""
        index = rng.integers(len(self.places))
        turn = rng.uniform(-np.pi, np.pi) if self.headings is None else self.headings[index]
        return self.places[index], float(turn)


class Rooms(Protocol):
    """Where episodes play."""

    def build(self, simulation: Simulation, rng: np.random.Generator, episode: int) -> Room:
        """Put the room of an episode into an empty simulation; ``rng`` draws all that is random.

        Raises:
            WorldError: for a room that cannot be built.
        """
        ...


def draw_lamp(rng: np.random.Generator) -> Light:
    """From somewhere above, dim or bright, warm or cold."""
    azimuth, warmth = rng.uniform(0, 2 * np.pi), rng.uniform(-1, 1)
    color = np.array([1 + 0.2 * warmth, 1.0, 1 - 0.2 * warmth])
    return Light(
        direction=(float(np.cos(azimuth)), float(np.sin(azimuth)), float(rng.uniform(0.6, 2.0))),
        color=tuple((color / color.max()).tolist()),
        ambient=float(rng.uniform(0.45, 0.75)),
        diffuse=float(rng.uniform(0.25, 0.5)),
        specular=0.0,
    )
