"""The surroundings of the arm: a table with a tray, and a room with different sides.

The room has many sides, each with a wall, a floor and a lamp of its own, so that an arm that turns
with an object in its hand shows the object in front of another background and in another light.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from embodied_ssl_envs.background_textures import TEXTURES, texture_file
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.meshes import visual_mesh
from embodied_ssl_envs.simulation import Simulation

TRAY_CENTER = np.array([0.5, 0.0])  # metres
TRAY_HALF = 0.24
RIM_HEIGHT = 0.03
REACH = np.array([[0.33, -0.19], [0.67, 0.19]])  # where fingers can go down clear of the rim
TABLE = np.array([[-0.25, -0.42], [0.95, 0.42]])
TABLE_TOP = 0.001  # metres from a body to the textured panel that covers it
FLOOR, CEILING, RADIUS = -0.7, 2.3, 1.8  # metres
# A view of a held object spans some 20 degrees and the next pose is 60 further: with sides of 30
# no two views of one object share a side.
SIDES = 12


@dataclass(frozen=True)
class Scene:
    """The surroundings drawn for one episode."""

    overhead: Camera
    """The fixed camera above the tray; its image's upward direction is about the world's x."""
    light: Light
    """The lamp above the table."""
    lamps: tuple[Light, ...]
    """The lamp of each side of the room."""
    turn: float
    """Direction of the middle of side 0, radians from the world's x axis."""

    def lamp_behind(self, camera: Camera) -> Light:
        """The lamp of the side that ``camera`` looks at."""
        forward = camera.axes[2]
        side = round((np.arctan2(forward[1], forward[0]) - self.turn) / (2 * np.pi / SIDES))
        return self.lamps[side % SIDES]


def draw_light(rng: np.random.Generator) -> Light:
    """A lamp of random direction, brightness and colour."""
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 2.0)
    return Light(
        direction=(float(np.cos(azimuth)), float(np.sin(azimuth)), float(height)),
        color=tuple(rng.uniform(0.8, 1.0, 3).tolist()),
        ambient=float(rng.uniform(0.5, 0.8)),
        diffuse=float(rng.uniform(0.3, 0.65)),
        specular=float(rng.uniform(0.0, 0.15)),
    )


def _panel(simulation: Simulation, corners: np.ndarray, texture: int, tiles: float = 1.0) -> None:
    """Add a textured polygon without collision shape, visible where it is counter-clockwise."""
    client = simulation.client
    corners = np.asarray(corners, float)
    indices = [index for second in range(1, len(corners) - 1) for index in (0, second, second + 1)]
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
    normal = normal / np.linalg.norm(normal)
    uvs = (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * tiles)[: len(corners)]
    shape = visual_mesh(client, corners, np.tile(normal, (len(corners), 1)), uvs, indices)
    body = client.createMultiBody(baseMass=0, baseVisualShapeIndex=shape)
    loaded = client.loadTexture(texture_file(texture))
    client.changeVisualShape(body, -1, textureUniqueId=loaded)


def _rectangle(low: np.ndarray, high: np.ndarray, height: float) -> np.ndarray:
    """Corners (4, 3) of a horizontal rectangle seen from above."""
    (x0, y0), (x1, y1) = low, high
    return np.array([[x0, y0, height], [x1, y0, height], [x1, y1, height], [x0, y1, height]])


def _box(
    simulation: Simulation, low: np.ndarray, high: np.ndarray, color: tuple[float, ...]
) -> None:
    """Add a static box between two corners (3,), metres."""
    client = simulation.client
    half = (np.subtract(high, low) / 2).tolist()
    body = client.createMultiBody(
        baseMass=0,
        baseCollisionShapeIndex=client.createCollisionShape(client.GEOM_BOX, halfExtents=half),
        baseVisualShapeIndex=client.createVisualShape(
            client.GEOM_BOX, halfExtents=half, rgbaColor=color
        ),
        basePosition=(np.add(low, high) / 2).tolist(),
    )
    client.changeDynamics(body, -1, lateralFriction=0.8)


def build_scene(simulation: Simulation, rng: np.random.Generator, image_size: int) -> Scene:
    """Add a random table, tray and room to an empty simulation."""
    textures = iter(rng.choice(TEXTURES, 2 * SIDES + 3, replace=False).tolist())
    # Near things first: the renderer shades what it draws at once, and skips what lies behind.
    tray = (TRAY_CENTER - TRAY_HALF, TRAY_CENTER + TRAY_HALF)
    _panel(simulation, _rectangle(*tray, 2 * TABLE_TOP), next(textures))
    _panel(simulation, _rectangle(*TABLE, TABLE_TOP), next(textures), tiles=2.0)
    _box(simulation, (*TABLE[0], -0.05), (*TABLE[1], 0.0), (0.4, 0.35, 0.3, 1.0))
    color = (*rng.uniform(0.1, 0.9, 3).tolist(), 1.0)
    (x0, y0), (x1, y1), thick = tray[0], tray[1], 0.012
    for low, high in (
        ((x0 - thick, y0 - thick), (x0, y1 + thick)),
        ((x1, y0 - thick), (x1 + thick, y1 + thick)),
        ((x0, y0 - thick), (x1, y0)),
        ((x0, y1), (x1, y1 + thick)),
    ):
        _box(simulation, (*low, 0.0), (*high, RIM_HEIGHT), color)
    turn = float(rng.uniform(0, 2 * np.pi))
    edges = turn + (np.arange(SIDES + 1) - 0.5) * 2 * np.pi / SIDES
    ring = RADIUS * np.stack([np.cos(edges), np.sin(edges)], axis=1)
    for (x0, y0), (x1, y1) in pairwise(ring):
        wall = [[x1, y1, FLOOR], [x0, y0, FLOOR], [x0, y0, CEILING], [x1, y1, CEILING]]
        _panel(simulation, wall, next(textures))
        _panel(simulation, [[0, 0, FLOOR], [x0, y0, FLOOR], [x1, y1, FLOOR]], next(textures))
    span = np.array([RADIUS, RADIUS])
    _panel(simulation, _rectangle(-span, span, CEILING)[::-1], next(textures))
    return Scene(
        overhead=_overhead(rng, image_size),
        light=draw_light(rng),
        lamps=tuple(draw_light(rng) for _ in range(SIDES)),
        turn=turn,
    )


def _overhead(rng: np.random.Generator, size: int) -> Camera:
    """The camera above the tray, in a slightly random pose."""
    eye = np.array([*TRAY_CENTER, 1.1]) + rng.uniform(-0.03, 0.03, 3)
    target = np.array([*(TRAY_CENTER + rng.uniform(-0.01, 0.01, 2)), 0.0])
    roll = rng.uniform(-0.06, 0.06)
    return Camera(
        eye=tuple(eye.tolist()),
        target=tuple(target.tolist()),
        up=(float(np.cos(roll)), float(np.sin(roll)), 0.0),
        fov=float(rng.uniform(28.0, 30.0)),
        size=size,
    )
