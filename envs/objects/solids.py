"""Solids: a skin of few triangles to look at, a few convex parts to touch.

A solid stands on its base with z up, in metres. Its skin is made of patches; each patch wears one
of the areas of the object's texture (see ``textures.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.objects.parts import Part
from embodied_ssl_envs.objects.patches import Patch

Vector = tuple[float, float, float]

CREASE = np.cos(np.radians(40))  # faces that meet at a sharper angle keep an edge


@dataclass(frozen=True)
class Skin:
    """What an object looks like."""

    patches: list[Patch]

    @cached_property
    def _bounds(self) -> np.ndarray:
        points = np.concatenate([patch.triangles.reshape(-1, 3) for patch in self.patches])
        return np.stack([points.min(axis=0), points.max(axis=0)])

    @property
    def centre(self) -> np.ndarray:
        """Middle of the box around the skin, metres."""
        return self._bounds.mean(axis=0)

    @property
    def extents(self) -> Vector:
        """Sides of the box around the skin, metres."""
        return tuple((self._bounds[1] - self._bounds[0]).tolist())

    @property
    def triangles(self) -> int:
        """Number of triangles."""
        return sum(len(patch.triangles) for patch in self.patches)

    @cached_property
    def corners(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Three corners a triangle about the box's centre: positions, normals, texture places."""
        vertices = np.concatenate([patch.triangles for patch in self.patches]) - self.centre
        normals = np.concatenate([_shading_normals(patch.triangles) for patch in self.patches])
        uvs = np.concatenate([place_in_texture(patch.uv, patch.area) for patch in self.patches])
        return vertices.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2)


@dataclass(frozen=True)
class Solid(Skin):
    """What an object looks like and, as a few primitives, what of it can be touched."""

    parts: list[Part]
    fill: float = 1.0
    """Share of the parts' volume that is material."""

    @property
    def volume(self) -> float:
        """m^3 of material."""
        return self.fill * sum(part.volume for part in self.parts)

    def collision_shape(self, client: BulletClient, scale: float) -> int:
        """Bullet's id of the compound of all parts, about the box's centre."""
        types = {
            "box": client.GEOM_BOX,
            "cylinder": client.GEOM_CYLINDER,
            "capsule": client.GEOM_CAPSULE,
            "sphere": client.GEOM_SPHERE,
        }
        sizes = scale * np.array([part.size for part in self.parts])
        places = scale * (np.array([part.position for part in self.parts]) - self.centre)
        return client.createCollisionShapeArray(
            shapeTypes=[types[part.shape] for part in self.parts],
            halfExtents=sizes.tolist(),
            radii=sizes[:, 0].tolist(),
            lengths=sizes[:, 1].tolist(),
            collisionFramePositions=places.tolist(),
            collisionFrameOrientations=[part.orientation for part in self.parts],
        )


@dataclass(frozen=True)
class HullSolid(Skin):
    """What an object looks like; it is touched by the convex pieces in a file, one ``o`` each."""

    file: str
    """Path of a Wavefront OBJ whose vertices, times ``file_scale``, lie where the skin does."""
    file_scale: float
    volume: float
    """m^3 of material."""

    def collision_shape(self, client: BulletClient, scale: float) -> int:
        """Bullet's id of the compound of all pieces, about the box's centre."""
        return client.createCollisionShape(
            client.GEOM_MESH,
            fileName=self.file,
            meshScale=[self.file_scale * scale] * 3,
            collisionFramePosition=(-scale * self.centre).tolist(),
        )


def place_in_texture(uv: np.ndarray, area: int) -> np.ndarray:
    """Texture coordinates of places within an area.

    Area 0 is the upper three quarters of the texture; 1 to 4 are squares along its lower edge.
    """
    inset = 0.02 + 0.96 * np.clip(uv, 0, 1)
    if area == 0:
        return inset * (1, 0.75) + (0, 0.25)
    return inset * 0.25 + ((area - 1) * 0.25, 0)


def _shading_normals(triangles: np.ndarray) -> np.ndarray:
    """A normal for every corner: smooth where faces meet gently, sharp at creases. (F, 3, 3)."""
    crosses = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    units = crosses / np.maximum(np.linalg.norm(crosses, axis=1, keepdims=True), 1e-12)
    _, point = np.unique(triangles.reshape(-1, 3).round(6), axis=0, return_inverse=True)
    point = point.reshape(-1)
    same = point[:, None] == point[None, :]  # corners that share a place
    face = np.repeat(np.arange(len(triangles)), 3)
    gentle = units[face] @ units[face].T > CREASE
    normals = (same & gentle).astype(np.float32) @ crosses[face]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return normals.reshape(-1, 3, 3)
