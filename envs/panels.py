"""Floors and walls: flat panels with a background texture."""

from __future__ import annotations

import numpy as np

from embodied_ssl_envs.background_textures import texture_file
from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.geometry import Quaternion, Vector
from embodied_ssl_envs.meshes import visual_mesh

CELLS = 8  # a panel is a grid, because the renderer drops each cell that is behind the camera


def add_panel(
    client: BulletClient,
    rng: np.random.Generator,
    origin: np.ndarray,
    width: np.ndarray,
    height: np.ndarray,
    texture: int,
    tile: float,
    cells: int = CELLS,
) -> int:
    """Add a parallelogram, visible where ``width`` to ``height`` is counter-clockwise.

    Args:
        client: of the simulation.
        rng: of the rotation and the offset of the texture.
        origin: its corner, (3,) metres.
        width, height: its sides from there, (3,) metres.
        texture: number of its background texture.
        tile: metres after which the texture repeats.
        cells: of the grid along each side.

    Returns:
        the body's id.
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
    angle, shift = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2)
    metres = np.stack([u * np.linalg.norm(width), v * np.linalg.norm(height)], axis=1) / tile
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    uvs = metres @ rotation
    uvs = uvs - np.floor(uvs.min(axis=0)) + shift  # the renderer repeats coordinates above 0 only
    shape = visual_mesh(client, places, np.broadcast_to(normal, places.shape), uvs, indices)
    return apply_texture(client, shape, texture)


def apply_texture(
    client: BulletClient,
    shape: int,
    texture: int,
    position: Vector = (0, 0, 0),
    orientation: Quaternion = (0, 0, 0, 1),
) -> int:
    """Add a body with a visual shape and a background texture; its id."""
    body = client.createMultiBody(0, -1, shape, position, orientation)
    loaded = client.loadTexture(texture_file(texture))
    client.changeVisualShape(body, -1, textureUniqueId=loaded, rgbaColor=(1, 1, 1, 1))
    return body
