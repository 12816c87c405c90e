"""Objects: name, material, mass, size, and how one is added to a simulation."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np

from embodied_ssl_envs.bullet import BulletClient, load_texture
from embodied_ssl_envs.geometry import Quaternion, Vector
from embodied_ssl_envs.meshes import visual_mesh
from embodied_ssl_envs.objects.colors import color_name
from embodied_ssl_envs.objects.solids import HullSolid, Solid
from embodied_ssl_envs.objects.textures import any_texture, body_area
from embodied_ssl_envs.urdf.loading import links_of

MASSES = (0.02, 0.8)  # kg: light enough for the arm to lift, heavy enough for stable contacts


@dataclass(frozen=True)
class Material:
    """The physical properties of what an object is made of."""

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
    """An object that can be added to any number of simulations."""

    name: str
    """``source/kind/instance``."""
    material: Material
    mass: float
    """kg."""
    extents: Vector
    """Sides of the bounding box of the upright object, metres."""

    @property
    def color(self) -> str:
        """The name of its main colour; empty where it is not known."""
        ...

    @property
    def source(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def instance(self) -> str: ...

    @property
    def outline(self) -> np.ndarray:
        """Points (N, 3) about the centre of the bounding box whose convex hull holds the object,
        metres."""
        ...

    def spawn(
        self,
        client: BulletClient,
        position: Vector,
        orientation: Quaternion = (0, 0, 0, 1),
        scale: float = 1.0,
        fixed: bool = False,
    ) -> int:
        """Add the object to a simulation.

        Args:
            client: of the simulation.
            position: of the centre of the object's bounding box, metres, world frame.
            orientation: quaternion (x, y, z, w); the identity stands the object upright.
            scale: factor of its size; its mass grows with the volume, within ``MASSES``.
            fixed: whether it is static, unmoved by forces.

        Returns:
            The body's id.
        """
        ...


class Named:
    """The three parts of an object's name, ``source/kind/instance``."""

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
    """An object made of a solid and its texture."""

    name: str
    material: Material
    mass: float
    extents: Vector
    solid: Solid | HullSolid
    texture: np.ndarray
    """(H, W, 3) uint8 RGB."""

    @property
    def color(self) -> str:
        return color_name(body_area(self.texture)[::6, ::6].reshape(-1, 3))

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

    def repaint(self, client: BulletClient, body: int, rng: np.random.Generator) -> None:
        """Give a body that was spawned any colours, as if of any material."""
        texture = load_texture(client, any_texture(rng))
        client.changeVisualShape(body, -1, textureUniqueId=texture)


def clamped_mass(kilograms: float) -> float:
    """The nearest mass within ``MASSES``, kg."""
    return float(np.clip(kilograms, *MASSES))


def scaled_mass(mass: float, scale: float) -> float:
    """Mass, kg, of an object scaled by ``scale``; at scale 1 it is not clamped."""
    return mass if scale == 1.0 else clamped_mass(mass * scale**3)


def apply_material(client: BulletClient, body: int, material: Material) -> None:
    """Give every link of a body the contact dynamics of its material."""
    # Sleeping is of the whole body: named for a link, Bullet changes nothing of the link.
    sleeping = {"activationState": client.ACTIVATION_STATE_ENABLE_SLEEPING}
    for link in links_of(client, body):
        client.changeDynamics(
            body,
            link,
            lateralFriction=material.friction,
            spinningFriction=0.002,
            rollingFriction=material.rolling_friction,
            restitution=material.restitution,
            contactStiffness=material.stiffness,
            contactDamping=material.damping,
            angularDamping=0.1,
            **(sleeping if link < 0 else {}),
        )
