"""An object from a user's URDF file."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.geometry import Quaternion, Vector
from embodied_ssl_envs.objects.model import (
    Material,
    Named,
    apply_material,
    clamped_mass,
    materials,
    scaled_mass,
)
from embodied_ssl_envs.urdf import CheckedUrdf
from embodied_ssl_envs.urdf.loading import links_of, load_urdf

MATERIAL = "plastic"  # a URDF does not say what it is made of
LONGEST = (0.01, 0.5)  # metres, of the longest side of an object that an arm can act on


@dataclass(frozen=True)
class UrdfModel(Named):
    """An object whose geometry and colours are those of a URDF file."""

    name: str
    material: Material
    mass: float
    extents: Vector
    path: str
    """Of the URDF as it was prepared for Bullet."""
    size: float
    """Factor of the file's lengths."""
    shares: tuple[float, ...]
    """Of the mass, of the base and each link."""
    offset: Vector
    """From the centre of the bounding box to the origin of the body's frame, metres."""
    orientation: Quaternion
    """Of the body's frame while the object is upright."""

    @property
    def color(self) -> str:
        return ""

    @property
    def outline(self) -> np.ndarray:
        return np.array(list(product((-0.5, 0.5), repeat=3))) * self.extents

    def spawn(
        self,
        client: BulletClient,
        position: Vector,
        orientation: Quaternion = (0, 0, 0, 1),
        scale: float = 1.0,
        fixed: bool = False,
    ) -> int:
        offset = [scale * value for value in self.offset]
        pose = client.multiplyTransforms(position, orientation, offset, self.orientation)
        body = load_urdf(client, self.path, scale * self.size, fixed)
        client.resetBasePositionAndOrientation(body, *pose)
        if not fixed:
            mass = scaled_mass(self.mass, scale)
            for link, share in zip(links_of(client, body), self.shares, strict=True):
                client.changeDynamics(body, link, mass=mass * share)
        apply_material(client, body, self.material)
        return body


def urdf_model(name: str, checked: CheckedUrdf, scale: float) -> UrdfModel:
    """The object of a file.

    Args:
        name: ``source/kind/instance``.
        checked: what is known of the file.
        scale: factor of its lengths.

    Raises:
        WorldError: naming the file, for one that is broken, or of a size that no arm can act on.
    """
    facts = checked.require().facts
    extents = [scale * side for side in facts["extents"]]
    if not LONGEST[0] <= max(extents) <= LONGEST[1]:
        low, high = LONGEST
        raise WorldError(
            f"{checked.source} is {max(extents):.3g} m long, and objects are {low:g} to {high:g}: "
            f"give --scale, such as --scale {_fitting(max(facts['extents'])):g}"
        )
    total = sum(facts["masses"])
    return UrdfModel(
        name=name,
        material=materials()[MATERIAL],
        mass=clamped_mass(total),
        extents=tuple(extents),
        path=checked.path,
        size=scale,
        shares=tuple(mass / total for mass in facts["masses"]),
        offset=tuple(scale * value for value in facts["offset"]),
        orientation=tuple(facts["orientation"]),
    )


def _fitting(longest: float) -> float:
    """A power of ten that makes a length one of centimetres."""
    return 10.0 ** round(np.log10(0.1 / longest))
