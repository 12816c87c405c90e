"""Loading a prepared body into a simulation, and what a body is made of there."""

from __future__ import annotations

import numpy as np

from embodied_ssl_envs.bullet import BulletClient, pybullet, silence
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.geometry import Quaternion, Vector


def load_urdf(
    client: BulletClient,
    path: str,
    scale: float = 1.0,
    fixed: bool = False,
    position: Vector = (0, 0, 0),
    orientation: Quaternion = (0, 0, 0, 1),
) -> int:
    """The body that a URDF file describes, its own frame at a pose.

    Raises:
        WorldError: naming the file, if Bullet cannot load it.
    """
    try:
        with silence():
            return client.loadURDF(
                path, position, orientation, useFixedBase=fixed, globalScaling=scale
            )
    except pybullet.error as error:
        raise WorldError(f"Bullet cannot load {path}") from error


def links_of(client: BulletClient, body: int) -> range:
    """The links of a body as Bullet counts them: -1 is the base."""
    return range(-1, client.getNumJoints(body))


def bounding_box(client: BulletClient, body: int) -> np.ndarray:
    """Lower and upper corner, (2, 3) metres, of all of a body that can be touched."""
    if not client.getNumJoints(body):
        return np.array(client.getAABB(body))
    links = [link for link in links_of(client, body) if client.getCollisionShapeData(body, link)]
    boxes = np.array([client.getAABB(body, link) for link in links or [-1]])
    return np.stack([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)])
