"""What every object is, wherever it comes from."""

from __future__ import annotations

import os
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

import cv2
import numpy as np

from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.meshes import visual_mesh
from embodied_ssl_envs.objects.solids import HullSolid, Solid

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]

MASSES = (0.02, 0.8)  # kg that the arm lifts and that contacts with it stay stable


@dataclass(frozen=True)
class Material:
    """What an object is made of, as far as touching it tells."""

    name: str
    density: float
    """kg/m^3."""
    friction: float
    rolling_friction: float
    restitution: float
    stiffness: float
    """N/m of each point of contact."""
    damping: float
    """N s/m of each point of contact."""


@cache
def materials() -> dict[str, Material]:
    """The known materials by name (``materials.toml``)."""
    text = files("embodied_ssl_assets").joinpath("materials.toml").read_text()
    return {name: Material(name, **numbers) for name, numbers in tomllib.loads(text).items()}


class ObjectModel(Protocol):
    """An object that can be put into any number of worlds."""

    name: str
    """``source/kind/instance``."""
    material: Material
    mass: float
    """kg."""
    extents: Vector
    """Sides of the box around the object as it stands, metres."""

    @property
    def source(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def instance(self) -> str: ...

    @property
    def outline(self) -> np.ndarray:
        """Points (N, 3) about the centre of the object's box between which all of it lies."""
        ...

    def spawn(
        self,
        client: BulletClient,
        position: Vector,
        orientation: Quaternion = (0, 0, 0, 1),
        scale: float = 1.0,
        fixed: bool = False,
    ) -> int:
        """Put the object into a world.

        Args:
            position: where the centre of the object's box goes, metres, world frame.
            orientation: quaternion (x, y, z, w); the identity stands the object upright.
            scale: enlarges the object; its mass grows with the volume, within the usual limits.
            fixed: whether it is held in place, unmoved by forces.

        Returns:
            The body's id.
        """
        ...


class Named:
    """The three parts of an object's name."""

    name: str

    @property
    def source(self) -> str:
        return self.name.split("/")[0]

    @property
    def kind(self) -> str:
        return self.name.split("/")[1]

    @property
    def instance(self) -> str:
        return self.name.split("/")[2]


@dataclass(frozen=True)
class SolidModel(Named):
    """An object made of a solid and a picture wrapped around it."""

    name: str
    material: Material
    mass: float
    extents: Vector
    solid: Solid | HullSolid
    texture: np.ndarray
    """(H, W, 3) uint8 RGB."""

    @property
    def outline(self) -> np.ndarray:
        return self.solid.corners[0]

    def spawn(
        self,
        client: BulletClient,
        position: Vector,
        orientation: Quaternion = (0, 0, 0, 1),
        scale: float = 1.0,
        fixed: bool = False,
    ) -> int:
        vertices, normals, uvs = self.solid.corners
        mass = 0.0 if fixed else scaled_mass(self.mass, scale)
        body = client.createMultiBody(
            mass,
            self.solid.collision_shape(client, scale),
            visual_mesh(client, vertices * scale, normals, uvs),
            basePosition=position,
            baseOrientation=orientation,
        )
        client.changeVisualShape(
            body, -1, textureUniqueId=load_texture(client, self.texture), rgbaColor=(1, 1, 1, 1)
        )
        apply_material(client, body, self.material)
        return body


def clamped_mass(kilograms: float) -> float:
    """A mass within what the arm can handle."""
    return float(np.clip(kilograms, *MASSES))


def scaled_mass(mass: float, scale: float) -> float:
    """Mass of an object enlarged by ``scale``; an unscaled one keeps its own."""
    return mass if scale == 1.0 else clamped_mass(mass * scale**3)


def apply_material(client: BulletClient, body: int, material: Material) -> None:
    """Make a body feel like its material."""
    client.changeDynamics(
        body,
        -1,
        lateralFriction=material.friction,
        spinningFriction=0.002,
        rollingFriction=material.rolling_friction,
        restitution=material.restitution,
        contactStiffness=material.stiffness,
        contactDamping=material.damping,
        angularDamping=0.1,
        activationState=client.ACTIVATION_STATE_ENABLE_SLEEPING,
    )


def load_texture(client: BulletClient, image: np.ndarray) -> int:
    """Hand a (H, W, 3) uint8 RGB image to Bullet.

    Bullet's software renderer takes textures from files only and reads them at once, so the file
    is gone again when this returns and nothing piles up on the disk.
    """
    _, encoded = cv2.imencode(".bmp", image[..., ::-1])
    handle, path = tempfile.mkstemp(suffix=".bmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encoded.tobytes())
        return client.loadTexture(path)
    finally:
        os.unlink(path)
