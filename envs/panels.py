"""Floors and walls: flat panels that wear a surface."""

from __future__ import annotations

import numpy as np

from embodied_ssl_envs.background_textures import surface_file
from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.meshes import visual_mesh

CELLS = 8  # a panel is this many squares wide: those behind the camera are left out one by one


def panel(
    client: BulletClient,
    rng: np.random.Generator,
    origin: np.ndarray,
    width: np.ndarray,
    height: np.ndarray,
    surface: int,
    tile: float,
    cells: int = CELLS,
) -> int:
    """A parallelogram seen from the side on which ``width`` turns left into ``height``.

    Args:
        client: the world that it is put up in.
        rng: of how the surface lies on it.
        origin: its corner, (3,) metres.
        width, height: its sides from there, (3,) metres.
        surface: that it wears.
        tile: metres after which the surface repeats.
        cells: squares along each side.

    Returns:
        the body.
    """
    width, height = np.asarray(width, float), np.asarray(height, float)
    steps = np.linspace(0, 1, cells + 1)
    u, v = (axis.ravel() for axis in np.meshgrid(steps, steps))
    places = np.asarray(origin) + u[:, None] * width + v[:, None] * height
    up = cells + 1
    cell = (np.arange(cells)[:, None] * up + np.arange(cells)).reshape(-1, 1)
    indices = (cell + np.array([0, 1, up + 1, 0, up + 1, up])).ravel()
    normal = np.cross(width, height)
    normal = normal / np.linalg.norm(normal)
    turn, shift = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2)
    metres = np.stack([u * np.linalg.norm(width), v * np.linalg.norm(height)], axis=1) / tile
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    uvs = metres @ spin
    uvs = uvs - np.floor(uvs.min(axis=0)) + shift  # the renderer repeats upwards of zero only
    shape = visual_mesh(client, places, np.broadcast_to(normal, places.shape), uvs, indices)
    return wear(client, shape, surface)


def wear(
    client: BulletClient, shape: int, surface: int, position=(0, 0, 0), orientation=(0, 0, 0, 1)
) -> int:
    """A body of that visual shape that wears a surface."""
    body = client.createMultiBody(0, -1, shape, position, orientation)
    texture = client.loadTexture(surface_file(surface))
    client.changeVisualShape(body, -1, textureUniqueId=texture, rgbaColor=(1, 1, 1, 1))
    return body
