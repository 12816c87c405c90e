"""One photograph of one object: a camera that frames it, a stage around it, a lamp, an obstacle.

The camera stands at an azimuth about the z axis; the stage is put up in front of it each time, so
that every pixel of the frame shows some surface.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.panels import panel, wear
from embodied_ssl_envs.simulation import Light, Simulation

SURFACES_PER_VIEW = 4  # floor, two walls, obstacle


@dataclass(frozen=True)
class Subject:
    """What is to be seen, standing on the plane z = 0 about the origin."""

    points: np.ndarray
    """(N, 3) metres, between which all of it lies."""

    @property
    def middle(self) -> np.ndarray:
        """Centre of the box around it, (3,)."""
        return (self.points.min(axis=0) + self.points.max(axis=0)) / 2

    @property
    def diagonal(self) -> float:
        """Length of the box's diagonal, metres."""
        return float(np.linalg.norm(np.ptp(self.points, axis=0)))


def direction(elevation: float, azimuth: float) -> np.ndarray:
    """The unit vector from the object towards a camera there (radians), (3,)."""
    return np.array(
        [
            np.cos(azimuth) * np.cos(elevation),
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )


def frame_object(
    rng: np.random.Generator, subject: Subject, elevation: float, azimuth: float, size: int
) -> Camera:
    """A camera about (elevation, azimuth), degrees, in whose frame the subject spans 45 to 85 %."""
    elevation = np.radians(elevation + rng.uniform(-4, 4))
    azimuth = np.radians(azimuth)
    roll = np.radians(rng.uniform(-25, 25))
    back = direction(elevation, azimuth)
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    up = np.cos(roll) * np.cross(back, right) + np.sin(roll) * right
    share, fov = rng.uniform(0.45, 0.85), rng.uniform(28.0, 42.0)
    distance = 3 * subject.diagonal
    for _ in range(3):  # the apparent size falls nearly as the distance grows
        camera = Camera(
            tuple(subject.middle + distance * back),
            tuple(subject.middle),
            tuple(up),
            float(fov),
            size,
        )
        pixels = camera.project(subject.points)
        distance *= np.ptp(pixels, axis=0).max() / (share * size)
        distance = max(distance, 0.8 * subject.diagonal)
    camera = replace(camera, eye=tuple(subject.middle + distance * back))
    spare = (1 - share) / 2 * rng.uniform(-0.7, 0.7, 2)
    aside, above = spare  # of the frame
    return replace(camera, window=(-1 + aside, 1 + aside, -1 + above, 1 + above))


def draw_light(rng: np.random.Generator) -> Light:
    """Anything from a dim evening lamp to a bright window, warm or cold, from any side."""
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


class Stage:
    """A floor, two walls and perhaps an obstacle around an object, for one photograph."""

    def __init__(
        self,
        simulation: Simulation,
        rng: np.random.Generator,
        camera: Camera,
        subject: Subject,
        surfaces: list[int],
    ):
        self._client = simulation.client
        floor, left, right, obstacle = surfaces
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
        ways = [
            ahead * -np.sin(a) + s * aside * np.cos(a) for a, s in zip(angles, (-1, 1), strict=True)
        ]
        near = -0.3 * eye[2]  # the floor starts under the camera, where its frame does not reach
        start = eye * (1, 1, 0) + ahead * near - aside * far
        depth = float((corner - start) @ ahead) + 0.5 * unit
        tile = unit * rng.uniform(1.2, 4.0, 3)
        world = self._client, rng
        self._bodies = [
            panel(*world, start, 2 * far * aside, depth * ahead, floor, tile[0]),
            panel(*world, corner + far * ways[0], -far * ways[0], (0, 0, far), left, tile[1]),
            panel(*world, corner, far * ways[1], (0, 0, far), right, tile[2]),
        ]
        if rng.random() < 0.4:
            self._bodies.append(self._obstacle(rng, camera, subject, obstacle))

    def _obstacle(self, rng, camera: Camera, subject: Subject, surface: int) -> int:
        """A ball or a bar nearer than the object that hides a bit of its outline."""
        pixels = camera.project(subject.points)
        middle, half = pixels.mean(axis=0), np.ptp(pixels, axis=0) / 2
        angle = rng.uniform(0, 2 * np.pi)
        place = middle + half * 1.05 * np.array([np.cos(angle), np.sin(angle)])
        (ray,) = camera.rays(place[None])
        distance = np.linalg.norm(np.array(camera.eye) - subject.middle) * rng.uniform(0.5, 0.7)
        radius = 0.2 * distance * camera_share(camera, half.min())
        client = self._client
        if rng.random() < 0.5:
            shape = client.createVisualShape(client.GEOM_SPHERE, radius=radius)
        else:
            sides = (radius * np.array([0.5, 0.5, rng.uniform(1, 6)])).tolist()
            shape = client.createVisualShape(client.GEOM_BOX, halfExtents=sides)
        position = np.array(camera.eye) + distance * ray / np.linalg.norm(ray)
        turn = rng.normal(size=4)
        turn = (turn / np.linalg.norm(turn)).tolist()
        return wear(client, shape, surface, position.tolist(), turn)

    def strike(self) -> None:
        """Take everything down again."""
        for body in self._bodies:
            self._client.removeBody(body)


def camera_share(camera: Camera, pixels: float) -> float:
    """Width of so many pixels at one metre of distance, metres."""
    return 2 * np.tan(np.radians(camera.fov) / 2) * pixels / camera.size
