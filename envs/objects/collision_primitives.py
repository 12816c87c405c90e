"""Collision primitives: the boxes, cylinders, capsules and spheres that an object collides with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.geometry import Quaternion, Vector, yaw_quaternion


@dataclass(frozen=True)
class CollisionPrimitive:
    """One of Bullet's convex collision shapes, which cost less than a mesh."""

    shape: str
    """``box``, ``cylinder``, ``capsule`` or ``sphere``; the axis of the round ones is z."""
    size: Vector
    """Half sides of a box; else radius, length, unused."""
    position: Vector = (0.0, 0.0, 0.0)
    orientation: Quaternion = (0.0, 0.0, 0.0, 1.0)

    def mesh(self) -> trimesh.Trimesh:
        """The primitive as a closed mesh."""
        radius, length = self.size[:2]
        match self.shape:
            case "box":
                mesh = trimesh.creation.box(2 * np.asarray(self.size))
            case "cylinder":
                mesh = trimesh.creation.cylinder(radius, length)
            case "capsule":
                ends = [trimesh.creation.icosphere(2, radius) for _ in range(2)]
                ends[0].apply_translation((0, 0, -length / 2))
                ends[1].apply_translation((0, 0, length / 2))
                mesh = trimesh.util.concatenate(ends).convex_hull
            case "sphere":
                mesh = trimesh.creation.icosphere(2, radius)
        pose = np.eye(4)
        pose[:3, :3] = Rotation.from_quat(self.orientation).as_matrix()
        pose[:3, 3] = self.position
        return mesh.apply_transform(pose)

    @property
    def volume(self) -> float:
        """Of the primitive, m^3."""
        radius, length = self.size[:2]
        match self.shape:
            case "box":
                return 8 * float(np.prod(self.size))
            case "cylinder":
                return np.pi * radius**2 * length
            case "capsule":
                return np.pi * radius**2 * (length + 4 / 3 * radius)
            case _:
                return 4 / 3 * np.pi * radius**3


def cylinder(radius: float, length: float, middle: float) -> CollisionPrimitive:
    """An upright cylinder about the z axis, its centre at the height ``middle``, metres."""
    return CollisionPrimitive("cylinder", (radius, length, 0), (0, 0, middle))


def rod(start: Vector, end: Vector, radius: float, shape: str = "capsule") -> CollisionPrimitive:
    """A capsule or cylinder from one point to another."""
    axis = np.subtract(end, start)
    length = float(np.linalg.norm(axis))
    turn, _ = Rotation.align_vectors([axis / length], [[0, 0, 1]])
    middle = tuple(np.add(start, end) / 2)
    return CollisionPrimitive(shape, (radius, length, 0), middle, tuple(turn.as_quat()))


def standing(size: Vector, foot: Vector = (0.0, 0.0, 0.0)) -> CollisionPrimitive:
    """A box of sides ``size``, the centre of its base at ``foot``, metres."""
    half = np.asarray(size) / 2
    return CollisionPrimitive(
        "box", tuple(half.tolist()), (foot[0], foot[1], foot[2] + float(half[2]))
    )


def wall(
    radius: float, thickness: float, bottom: float, top: float, sides: int = 8
) -> list[CollisionPrimitive]:
    """The wall of a hollow container about the z axis: a ring of upright boxes."""
    angles = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    # A polygon of the circle's area: its corners stand out as far as its sides fall short.
    slope = np.tan(np.pi / sides)
    radius = (radius + thickness / 2) * np.sqrt(np.pi / (sides * slope)) - thickness / 2
    half = (thickness / 2, (radius + thickness / 2) * slope, (top - bottom) / 2)
    return [
        CollisionPrimitive(
            "box",
            half,
            (radius * np.cos(angle), radius * np.sin(angle), (bottom + top) / 2),
            yaw_quaternion(angle),
        )
        for angle in angles
    ]
