"""Views of one object by a camera on an orbit, in one studio with occluding cartons."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Frame, Light
from embodied_ssl_envs.geometry import yaw_quaternion
from embodied_ssl_envs.panels import add_panel, apply_texture
from embodied_ssl_envs.turntable.framing import camera_direction
from embodied_ssl_envs.turntable.views import Views

FLOOR, WALL, CARTON = 330, 420, 442  # background textures: two greys and a tan
FLOOR_CELLS = 32  # the camera is low above the floor: few of its cells may lie behind the camera
FOV = 36.0  # degrees
MOST_CARTONS = 3


class OrbitViews(Views):
    """Views of an object in a studio with one lamp and one to three cartons.

    Nothing but the camera moves from view to view, and its pose is exactly the one asked for, so
    that the view after a camera motion can be predicted from the view before it. The studio is the
    same for all objects. The cartons beside the object occlude much or all of it from some azimuths
    at the lowest elevation, little at the middle one and nothing at the highest.
    """

    ELEVATIONS: ClassVar = {15: "gallery", 45: "query", 75: "gallery"}
    MOST_AZIMUTHS = 360

    def _prepare(self, rng: np.random.Generator) -> None:
        subject = self._subject
        share = rng.uniform(0.65, 0.85)  # of the frame
        self._distance = subject.diagonal / (2 * share * np.tan(np.radians(FOV) / 2))
        self._start = rng.uniform(0, 360)  # degrees: azimuths say nothing about the object's pose
        lamp = rng.uniform(0, 2 * np.pi)
        self._light = Light((float(np.cos(lamp)), float(np.sin(lamp)), 1.5))
        self._add_studio(rng)
        first = rng.uniform(0, 360)
        for k in range(rng.integers(1, MOST_CARTONS + 1)):  # far enough from one another
            azimuth = first + 360 * k / MOST_CARTONS + rng.uniform(-25, 25)
            self._add_carton(rng, np.radians(azimuth))

    def render(self, view: int, elevation: float, azimuth: float) -> Frame:
        """The frame of the view from exactly these angles; the number is not used."""
        return self._simulation.render(self.camera(elevation, azimuth), self._light)

    def camera(self, elevation: float, azimuth: float) -> Camera:
        """The camera at these angles, looking at the object's middle.

        Args:
            elevation: degrees above the horizon.
            azimuth: degrees counter-clockwise about the object, from where the orbit starts.
        """
        back = camera_direction(np.radians(elevation), np.radians(self._start + azimuth))
        middle, distance = self._subject.middle, self._distance
        return Camera(
            tuple(middle + distance * back),
            tuple(middle),
            fov=FOV,
            size=self._size,
            near=distance / 20,
            far=8 * distance,
        )

    def _add_studio(self, rng: np.random.Generator) -> None:
        """Add four walls, beyond the camera's orbit, and a floor."""
        client, unit, half = self._simulation.client, self._subject.diagonal, 2 * self._distance
        x, y, z = half * np.eye(3)
        for out, aside in ((x, -y), (y, x), (-x, y), (-y, -x)):
            add_panel(client, rng, out - aside, 2 * aside, 2 * z, WALL, 2 * unit)
        add_panel(client, rng, -x - y, 2 * x, 2 * y, FLOOR, 2 * unit, FLOOR_CELLS)

    def _add_carton(self, rng: np.random.Generator, azimuth: float) -> None:
        """Add a box about as high as the object, beside it, without touching it."""
        client, subject = self._simulation.client, self._subject
        unit = subject.diagonal
        half = unit * rng.uniform(0.2, 0.4)
        tall = max(np.ptp(subject.points[:, 2]), 0.4 * unit) * rng.uniform(0.7, 1.4)
        around = np.linalg.norm(subject.points[:, :2] - subject.middle[:2], axis=1).max()
        # The box may have a corner towards the object.
        distance = around + 1.5 * half + unit * rng.uniform(0.05, 0.25)
        place = subject.middle[:2] + distance * np.array([np.cos(azimuth), np.sin(azimuth)])
        shape = client.createVisualShape(client.GEOM_BOX, halfExtents=[half, half, tall / 2])
        rotation = yaw_quaternion(rng.uniform(0, np.pi))
        apply_texture(client, shape, CARTON, (*place.tolist(), tall / 2), rotation)
