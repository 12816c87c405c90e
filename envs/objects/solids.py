"""Solids: a visual mesh of few triangles, and a collision shape of a few convex primitives.

A solid stands on its base with z up, in metres. Its visual mesh is made of mesh primitives, each
textured with one of the areas of the object's texture (see ``textures.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.geometry import Vector
from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive
from embodied_ssl_envs.objects.mesh_primitives import MeshPrimitive

CREASE = np.cos(np.radians(40))  # faces that meet at a sharper angle keep an edge


@dataclass(frozen=True)
class TexturedMesh:
    """The visual mesh of an object."""

    visuals: list[MeshPrimitive]

    @cached_property
    def _bounds(self) -> np.ndarray:
        points = np.concatenate([visual.triangles.reshape(-1, 3) for visual in self.visuals])
        return np.stack([points.min(axis=0), points.max(axis=0)])

    @property
    def centre(self) -> np.ndarray:
        """Centre of the mesh's bounding box, (3,) metres."""
        return self._bounds.mean(axis=0)

    @property
    def extents(self) -> Vector:
        """Sides of the mesh's bounding box, metres."""
        return tuple((self._bounds[1] - self._bounds[0]).tolist())

    @property
    def triangles(self) -> int:
        """Number of triangles."""
        return sum(len(visual.triangles) for visual in self.visuals)

    @cached_property
    def corners(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions about the box's centre (3 F, 3), normals (3 F, 3) and texture coordinates
        (3 F, 2) of the corners of the triangles."""
        vertices = np.concatenate([visual.triangles for visual in self.visuals]) - self.centre
        normals = np.concatenate([_shading_normals(visual.triangles) for visual in self.visuals])
        uvs = np.concatenate([place_in_texture(visual.uv, visual.area) for visual in self.visuals])
        return vertices.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2)


@dataclass(frozen=True)
class Solid(TexturedMesh):
    """A visual mesh, and a collision shape made of primitives."""

    collisions: list[CollisionPrimitive]
    fill: float = 1.0
    """Share of the primitives' volume that is material."""

    @property
    def volume(self) -> float:
        """m^3 of material."""
        return self.fill * sum(collision.volume for collision in self.collisions)

    def collision_shape(self, client: BulletClient, scale: float) -> int:
        """Bullet's id of the compound of all primitives, about the box's centre."""
        types = {
            "box": client.GEOM_BOX,
            "cylinder": client.GEOM_CYLINDER,
            "capsule": client.GEOM_CAPSULE,
            "sphere": client.GEOM_SPHERE,
        }
        sizes = scale * np.array([collision.size for collision in self.collisions])
        places = scale * (
            np.array([collision.position for collision in self.collisions]) - self.centre
        )
        return client.createCollisionShapeArray(
            shapeTypes=[types[collision.shape] for collision in self.collisions],
            halfExtents=sizes.tolist(),
            radii=sizes[:, 0].tolist(),
            lengths=sizes[:, 1].tolist(),
            collisionFramePositions=places.tolist(),
            collisionFrameOrientations=[collision.orientation for collision in self.collisions],
        )


@dataclass(frozen=True)
class HullSolid(TexturedMesh):
    """A visual mesh, and a collision shape of convex pieces read from a file, one ``o`` each."""

    file: str
    """Path of a Wavefront OBJ whose vertices, times ``file_scale``, are the visual mesh's."""
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
    """Texture coordinates (..., 2) of places (..., 2) within an area.

    Area 0 is the upper three quarters of the texture; 1 to 4 are squares along its lower edge.
    """
    inset = 0.02 + 0.96 * np.clip(uv, 0, 1)
    if area == 0:
        return inset * (1, 0.75) + (0, 0.25)
    return inset * 0.25 + ((area - 1) * 0.25, 0)


def _shading_normals(triangles: np.ndarray) -> np.ndarray:
    """The normal of every corner, (F, 3, 3): averaged over the faces that meet at a small angle."""
    crosses = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    units = crosses / np.maximum(np.linalg.norm(crosses, axis=1, keepdims=True), 1e-12)
    _, point = np.unique(triangles.reshape(-1, 3).round(6), axis=0, return_inverse=True)
    point = point.reshape(-1)
    same = point[:, None] == point[None, :]  # corners that share a place
    face = np.repeat(np.arange(len(triangles)), 3)
    smooth = units[face] @ units[face].T > CREASE
    normals = (same & smooth).astype(np.float32) @ crosses[face]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return normals.reshape(-1, 3, 3)
