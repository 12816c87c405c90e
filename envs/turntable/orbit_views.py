"""A studio around an object, and a camera that goes round the object in it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.panels import panel, wear
from embodied_ssl_envs.simulation import Light
from embodied_ssl_envs.turntable.background import direction
from embodied_ssl_envs.turntable.views import Views

FLOOR, WALL, CARTON = 330, 420, 442  # surfaces: two greys and a tan
FLOOR_CELLS = 32  # the camera is low above the floor: few of its squares may lie behind it
FOV = 36.0  # degrees
MOST_CARTONS = 3


class Orbit(Views):
    """A studio, a lamp, and cartons that stand in the way; the camera's stations.

    Nothing but the camera moves from view to view, and it stands exactly where it is asked to, so
    that what a move of the camera will show can be foretold from what is seen. The studio is the
    same for all objects. The cartons beside the object hide much or all of it from some sides near
    the floor, little from halfway up and nothing from above.
    """

    ELEVATIONS: ClassVar = {15: "gallery", 45: "query", 75: "gallery"}
    MOST_AZIMUTHS = 360

    def _prepare(self, rng: np.random.Generator) -> None:
        subject = self._subject
        share = rng.uniform(0.65, 0.85)  # of the frame
        self._distance = subject.diagonal / (2 * share * np.tan(np.radians(FOV) / 2))
        self._start = rng.uniform(0, 360)  # degrees: the camera does not know how the object lies
        lamp = rng.uniform(0, 2 * np.pi)
        self._light = Light((float(np.cos(lamp)), float(np.sin(lamp)), 1.5))
        self._put_up_studio(rng)
        first = rng.uniform(0, 360)
        for k in range(rng.integers(1, MOST_CARTONS + 1)):  # apart from one another
            azimuth = first + 360 * k / MOST_CARTONS + rng.uniform(-25, 25)
            self._put_carton(rng, np.radians(azimuth))

    def take(self, view: int, elevation: float, azimuth: float) -> np.ndarray:
        """From exactly there; the number does not matter."""
        return self._simulation.render(self.camera(elevation, azimuth), self._light).rgb

    def camera(self, elevation: float, azimuth: float) -> Camera:
        """The camera at a station, looking at the object's middle.

        Args:
            elevation: degrees above the horizon.
            azimuth: degrees counter-clockwise about the object, from where the orbit starts.
        """
        back = direction(np.radians(elevation), np.radians(self._start + azimuth))
        middle, distance = self._subject.middle, self._distance
        return Camera(
            tuple(middle + distance * back),
            tuple(middle),
            fov=FOV,
            size=self._size,
            near=distance / 20,
            far=8 * distance,
        )

    def _put_up_studio(self, rng: np.random.Generator) -> None:
        """Four walls, out of the camera's way, and a floor."""
        client, unit, half = self._simulation.client, self._subject.diagonal, 2 * self._distance
        x, y, z = half * np.eye(3)
        for out, aside in ((x, -y), (y, x), (-x, y), (-y, -x)):
            panel(client, rng, out - aside, 2 * aside, 2 * z, WALL, 2 * unit)
        panel(client, rng, -x - y, 2 * x, 2 * y, FLOOR, 2 * unit, FLOOR_CELLS)

    def _put_carton(self, rng: np.random.Generator, azimuth: float) -> None:
        """A box about as high as the object, beside it and clear of it."""
        client, subject = self._simulation.client, self._subject
        unit = subject.diagonal
        half = unit * rng.uniform(0.2, 0.4)
        tall = max(np.ptp(subject.points[:, 2]), 0.4 * unit) * rng.uniform(0.7, 1.4)
        around = np.linalg.norm(subject.points[:, :2] - subject.middle[:2], axis=1).max()
        # It may turn a corner to the object.
        distance = around + 1.5 * half + unit * rng.uniform(0.05, 0.25)
        place = subject.middle[:2] + distance * np.array([np.cos(azimuth), np.sin(azimuth)])
        shape = client.createVisualShape(client.GEOM_BOX, halfExtents=[half, half, tall / 2])
        turn = rng.uniform(0, np.pi)
        upright = (0, 0, np.sin(turn / 2), np.cos(turn / 2))
        wear(client, shape, CARTON, (*place.tolist(), tall / 2), upright)
