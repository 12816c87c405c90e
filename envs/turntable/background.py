"""The surroundings of one randomized view: floor, walls, an obstacle, a lamp.

They are put up in front of the camera for each view, so that every pixel of it shows some surface.
"""

from __future__ import annotations

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.panels import add_panel, apply_texture
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.turntable.framing import Subject

TEXTURES_PER_VIEW = 4  # floor, two walls, obstacle


def draw_light(rng: np.random.Generator) -> Light:
    """A lamp of random direction, brightness, colour temperature and shadow."""
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 2.0)
    warmth = rng.uniform(-1, 1)
    color = np.array([1 + 0.3 * warmth, 1 + 0.1 * rng.uniform(-1, 1), 1 - 0.3 * warmth])
    return Light(
        direction=(float(np.cos(azimuth)), float(np.sin(azimuth)), float(height)),
        color=tuple((color / color.max() * rng.uniform(0.7, 1.1)).tolist()),
        ambient=float(rng.uniform(0.38, 0.68)),
        diffuse=float(rng.uniform(0.25, 0.75)),
        specular=float(rng.uniform(0.0, 0.3)),
        shadow=bool(rng.random() < 0.5),
    )


class Background:
    """A floor, two walls and perhaps an obstacle around an object, for one view.

    Args:
        simulation: where the object stands.
        rng: of all that is random.
        camera: of the view.
        subject: the object.
        textures: numbers of the background textures of floor, left wall, right wall and obstacle.
    """

    def __init__(
        self,
        simulation: Simulation,
        rng: np.random.Generator,
        camera: Camera,
        subject: Subject,
        textures: list[int],
    ):
        self._client = simulation.client
        floor, left, right, obstacle = textures
        eye = np.array(camera.eye)
        ahead = np.array([*(subject.middle - eye)[:2], 0.0])
        reach = float(np.linalg.norm(ahead))
        ahead = ahead / reach
        aside = np.array([ahead[1], -ahead[0], 0.0])
        unit = subject.diagonal
        # The walls meet behind the object, a little off the middle, and come forwards from there.
        angles = rng.uniform(0.05, 0.6, 2)
        off = unit * rng.uniform(-2, 2)
        behind = unit * rng.uniform(0.8, 2.2) + abs(off) * np.tan(angles.max())
        corner = (subject.middle + ahead * behind + aside * off) * (1, 1, 0)
        far = 4 * unit + 2 * reach
        sides = [
            far * (ahead * -np.sin(a) + s * aside * np.cos(a))
            for a, s in zip(angles, (-1, 1), strict=True)
        ]
        near = -0.3 * eye[2]  # the floor starts under the camera, where its frame does not reach
        start = eye * (1, 1, 0) + ahead * near - aside * far
        depth = float((corner - start) @ ahead) + 0.5 * unit
        tile = unit * rng.uniform(1.2, 4.0, 3)
        world = self._client, rng
        self._bodies = [
            add_panel(*world, start, 2 * far * aside, depth * ahead, floor, tile[0]),
            add_panel(*world, corner + sides[0], -sides[0], (0, 0, far), left, tile[1]),
            add_panel(*world, corner, sides[1], (0, 0, far), right, tile[2]),
        ]
        if rng.random() < 0.4:
            self._bodies.append(self._obstacle(rng, camera, subject, obstacle))

    def _obstacle(self, rng, camera: Camera, subject: Subject, texture: int) -> int:
        """A ball or a bar in front of the object that occludes a part of its outline."""
        pixels = camera.project(subject.points)
        middle, half = pixels.mean(axis=0), np.ptp(pixels, axis=0) / 2
        angle = rng.uniform(0, 2 * np.pi)
        pixel = middle + half * 1.05 * np.array([np.cos(angle), np.sin(angle)])
        (ray,) = camera.rays(pixel[None])
        distance = np.linalg.norm(np.array(camera.eye) - subject.middle) * rng.uniform(0.5, 0.7)
        radius = 0.2 * distance * _width_at_one_metre(camera, half.min())
        client = self._client
        if rng.random() < 0.5:
            shape = client.createVisualShape(client.GEOM_SPHERE, radius=radius)
        else:
            sides = (radius * np.array([0.5, 0.5, rng.uniform(1, 6)])).tolist()
            shape = client.createVisualShape(client.GEOM_BOX, halfExtents=sides)
        position = np.array(camera.eye) + distance * ray / np.linalg.norm(ray)
        rotation = rng.normal(size=4)
        rotation = (rotation / np.linalg.norm(rotation)).tolist()
        return apply_texture(client, shape, texture, position.tolist(), rotation)

    def remove(self) -> None:
        """Remove its bodies from the simulation."""
        for body in self._bodies:
            self._client.removeBody(body)


def _width_at_one_metre(camera: Camera, pixels: float) -> float:
    """Width of a number of pixels at a distance of one metre, metres."""
    return 2 * np.tan(np.radians(camera.fov) / 2) * pixels / camera.size
