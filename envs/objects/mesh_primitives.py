"""Mesh primitives: triangles with texture coordinates, revolved about an axis or swept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import trimesh
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.geometry import Vector

SIDES = 14  # of a circle
TRIM_1, TRIM_2, TRIM_3 = 1, 2, 3  # areas of the texture, in the order of the object's trims


@dataclass(frozen=True)
class MeshPrimitive:
    """Triangles, each with its place in one area of the texture."""

    triangles: np.ndarray
    """(F, 3, 3) metres, counter-clockwise from outside."""
    uv: np.ndarray
    """(F, 3, 2) in [0, 1], within the area."""
    area: int = 0
    """0 is the texture of the body, 1 to 4 are those of the trims (``solids.place_in_texture``)."""

    def moved(self, position: Vector = (0, 0, 0), turn: Rotation | None = None) -> MeshPrimitive:
        """The primitive rotated about the origin, then translated."""
        triangles = self.triangles
        if turn is not None:
            triangles = turn.apply(triangles.reshape(-1, 3)).reshape(-1, 3, 3)
        return MeshPrimitive(triangles + np.asarray(position), self.uv, self.area)


def grid(points: np.ndarray, area: int = 0, flip: bool = False) -> MeshPrimitive:
    """The surface through a grid of points, u along the columns and v along the rows.

    Args:
        points: (rows, columns, 3); seen from outside, rows go up and columns to the right.
        flip: turn the surface inside out.
    """
    rows, columns = points.shape[:2]
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    if rows > 2:  # v follows the length along the surface, so that patterns are not stretched
        steps = np.linalg.norm(np.diff(points, axis=0), axis=-1).max(axis=1)
        v = np.repeat(np.append(0, np.cumsum(steps) / steps.sum())[:, None], columns, axis=1)
    index = np.arange(rows * columns).reshape(rows, columns)
    low_left, low_right = index[:-1, :-1], index[:-1, 1:]
    high_left, high_right = index[1:, :-1], index[1:, 1:]
    lower = np.stack([low_left, low_right, high_right], axis=-1)
    upper = np.stack([low_left, high_right, high_left], axis=-1)
    faces = np.concatenate([lower.reshape(-1, 3), upper.reshape(-1, 3)])
    if flip:
        faces = faces[:, ::-1]
    triangles = points.reshape(-1, 3)[faces]
    uv = np.stack([u, v], axis=-1).reshape(-1, 2)[faces]
    sides = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    whole = np.linalg.norm(sides, axis=1) > 1e-10  # triangles at the poles have no surface
    return MeshPrimitive(triangles[whole], uv[whole], area)


def lathe(
    profile: list[tuple[float, float]],
    area: int = 0,
    sides: int = SIDES,
    flip: bool = False,
    squash: float = 1.0,
) -> MeshPrimitive:
    """A surface of revolution: (radius, height) points, from the bottom up, about the z axis.

    Args:
        squash: width along y relative to the width along x.
    """
    radius, height = np.transpose(profile)
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    x = np.outer(radius, np.cos(angles))
    y = np.outer(radius, np.sin(angles)) * squash
    z = np.repeat(height[:, None], len(angles), axis=1)
    return grid(np.stack([x, y, z], axis=-1), area, flip)


def disc(
    radius: float,
    height: float,
    area: int = 0,
    sides: int = SIDES,
    down: bool = False,
    inner: float = 0.0,
) -> MeshPrimitive:
    """A flat disc, textured as seen from above."""
    mesh = lathe([(radius, height), (inner, height)], area, sides, flip=down)
    uv = mesh.triangles[..., :2] / (2 * radius) + 0.5
    return MeshPrimitive(mesh.triangles, uv, area)


def tube(
    path: np.ndarray,
    radii: np.ndarray | float,
    area: int = 0,
    sides: int = 8,
    capped: bool = True,
    squash: float = 1.0,
) -> MeshPrimitive:
    """A circular section swept along a path in space, u around and v along.

    Args:
        path: (rows, 3) metres.
        radii: (rows,) or one radius, metres.
        capped: whether the ends are closed.
        squash: height of the section relative to its width.
    """
    path = np.asarray(path, float)
    radii = np.broadcast_to(np.asarray(radii, float), len(path))
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    normal = _level(along)
    side = np.cross(normal, along)
    angles = np.linspace(0, 2 * np.pi, sides + 1)[:, None]
    ring = np.cos(angles) * normal * squash + np.sin(angles) * side[:, None, :]
    points = path[:, None, :] + radii[:, None, None] * ring
    if capped:
        first, last = (np.broadcast_to(end, (1, sides + 1, 3)) for end in (path[0], path[-1]))
        points = np.concatenate([first, points, last])
    return _outward(grid(points, area))


def _level(along: np.ndarray) -> np.ndarray:
    """The normal of the plane in which a path with these directions lies, or of any such plane."""
    crosses = np.cross(along[:1], along)
    normal = crosses[np.linalg.norm(crosses, axis=1).argmax()]
    if np.linalg.norm(normal) < 1e-6:  # a straight path
        normal = np.cross(along[0], (0, 0, 1) if abs(along[0, 2]) < 0.9 else (1, 0, 0))
        normal = np.cross(normal, along[0]) if abs(along[0, 2]) < 0.9 else normal
    return normal / np.linalg.norm(normal)


def _outward(mesh: MeshPrimitive) -> MeshPrimitive:
    """The closed mesh with its triangles counter-clockwise from outside."""
    a, b, c = np.moveaxis(mesh.triangles, 1, 0)
    volume = np.einsum("ij,ij->", a, np.cross(b, c))
    if volume > 0:
        return mesh
    return MeshPrimitive(mesh.triangles[:, ::-1], mesh.uv[:, ::-1], mesh.area)


def torus(
    major: float, minor: float, area: int = 0, sections: int = 18, sides: int = 10
) -> MeshPrimitive:
    """A torus lying on the plane z = 0, u around the axis and v around the section."""
    mesh = trimesh.creation.torus(major, minor, sections, sides)
    triangles = mesh.triangles + (0, 0, minor)
    x, y, z = np.moveaxis(mesh.triangles, -1, 0)
    u = np.arctan2(y, x) / (2 * np.pi) % 1
    v = (np.arctan2(z, np.hypot(x, y) - major) / (2 * np.pi) + 0.25) % 1
    return MeshPrimitive(triangles, np.stack([_unwrapped(u), _unwrapped(v)], axis=-1), area)


def sphere(radius: float, area: int = 0, height: float | None = None) -> MeshPrimitive:
    """A sphere (or an ellipsoid of ``height``) standing on the plane z = 0."""
    tilt = np.linspace(-np.pi / 2, np.pi / 2, 11)
    half = radius if height is None else height / 2
    profile = [(radius * np.cos(t), half * (1 + np.sin(t))) for t in tilt]
    return lathe(profile, area, sides=16)


def _unwrapped(turns: np.ndarray) -> np.ndarray:
    """Angles in turns (F, 3) in which no triangle crosses the seam."""
    crossing = np.ptp(turns, axis=1, keepdims=True) > 0.5
    return np.where(crossing & (turns < 0.5), 1.0, turns)
