"""The room of an episode: start positions, light and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.things import Thing


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room that has been added to a simulation."""

    name: str
    """The same room always has the same name."""
    split: str
    kind: str
    area: np.ndarray
    """(2, 2) metres: lowest and highest corner of the floor."""
    places: np.ndarray
    """(N, 2) metres: start positions of the base."""
    headings: np.ndarray | None = None
    """(N,) radians: heading at each of them; random if None."""
    light: Light
    things: Mapping[int, Thing]
    """What is in it besides floor, walls and ceiling, by its bodies."""
    sight: float = 10.0
    """Distance of the camera's far plane, metres."""

    def start(self, rng: np.random.Generator) -> tuple[np.ndarray, float]:
        """A random start: position (2,), metres, and heading, radians."""
        index = rng.integers(len(self.places))
        turn = rng.uniform(-np.pi, np.pi) if self.headings is None else self.headings[index]
        return self.places[index], float(turn)


class Rooms(Protocol):
    """Builds the rooms of the episodes."""

    def build(self, simulation: Simulation, rng: np.random.Generator, episode: int) -> Room:
        """Add the room of an episode to an empty simulation; ``rng`` draws all that is random.

        Raises:
            WorldError: for a room that cannot be built.
        """
        ...


def draw_lamp(rng: np.random.Generator) -> Light:
    """A lamp of random direction, brightness and colour temperature."""
    azimuth, warmth = rng.uniform(0, 2 * np.pi), rng.uniform(-1, 1)
    color = np.array([1 + 0.2 * warmth, 1.0, 1 - 0.2 * warmth])
    return Light(
        direction=(float(np.cos(azimuth)), float(np.sin(azimuth)), float(rng.uniform(0.6, 2.0))),
        color=tuple((color / color.max()).tolist()),
        ambient=float(rng.uniform(0.45, 0.75)),
        diffuse=float(rng.uniform(0.25, 0.5)),
        specular=0.0,
    )
