"""What a URDF file describes: links with their shapes and masses, and the joints between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.geometry import Vector


@dataclass(frozen=True)
class Pose:
    """A pose in the frame of a parent."""

    xyz: Vector = (0.0, 0.0, 0.0)
    """Metres."""
    rpy: Vector = (0.0, 0.0, 0.0)
    """Roll, pitch and yaw about the parent's axes, radians."""

    @property
    def rotation(self) -> np.ndarray:
        """(3, 3)."""
        return Rotation.from_euler("xyz", self.rpy).as_matrix()

    def apply(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) of this frame in that of the parent."""
        return points @ self.rotation.T + self.xyz

    def then(self, inner: Pose) -> Pose:
        """The pose in the parent's frame of what has the pose ``inner`` in this one."""
        if self == Pose():
            return inner
        xyz = self.apply(np.array(inner.xyz))
        turn = Rotation.from_matrix(self.rotation @ inner.rotation)
        rpy = turn.as_euler("xyz", suppress_warnings=True)
        return Pose(tuple(xyz.tolist()), tuple(rpy.tolist()))


@dataclass(frozen=True)
class Geometry:
    """A shape about the origin of its own frame."""

    shape: str
    """``box``, ``sphere``, ``cylinder``, ``capsule``, ``plane`` or ``mesh``."""
    size: tuple[float, ...]
    """Sides of a box; radius; radius and length; normal of a plane; scale of a mesh."""
    file: Path | None = None
    """Of a mesh."""


@dataclass(frozen=True)
class Visual:
    """A shape that is seen."""

    pose: Pose
    geometry: Geometry
    color: tuple[float, ...] | None = None
    """RGBA, 0 to 1; the mesh's own colours if None."""
    texture: Path | None = None
    """Of ``<material>``, for a mesh that has none of its own."""


@dataclass(frozen=True)
class Collision:
    """A shape that is touched."""

    pose: Pose
    geometry: Geometry
    concave: bool = False
    """Whether a mesh is taken as it is, not as its convex hull."""


@dataclass(frozen=True)
class Inertial:
    """Mass and inertia of a link."""

    pose: Pose
    """Of the principal axes about the centre of mass."""
    mass: float
    """kg."""
    inertia: np.ndarray
    """(3, 3) kg m^2, in the frame of ``pose``."""


@dataclass
class Link:
    """A rigid part."""

    visuals: list[Visual] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)
    inertial: Inertial | None = None
    contact: dict[str, str] = field(default_factory=dict)
    """What Bullet's ``<contact>`` says of the link."""


@dataclass(frozen=True)
class Joint:
    """What holds a link to its parent."""

    type: str
    parent: str
    child: str
    pose: Pose
    """Of the child in the frame of the parent."""
    axis: Vector
    limit: tuple[float, ...] | None
    """Lower and upper, radians or metres; effort and velocity."""
    damping: float
    friction: float


@dataclass
class Robot:
    """A tree of links."""

    links: dict[str, Link]
    """From the root outwards."""
    joints: list[Joint]
    """In the same order: each one's parent comes before its child."""
