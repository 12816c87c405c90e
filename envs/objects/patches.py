"""Pieces of skin: lathed and swept surfaces, boxes and extruded outlines, with texture places."""

from __future__ import annotations

import numpy as np
import shapely
import trimesh

from embodied_ssl_envs.objects.solids import Patch

SIDES = 14


def grid(points: np.ndarray, area: int = 0, flip: bool = False) -> Patch:
    """The surface through a grid of points, u along the columns and v along the rows.

    Args:
        points: (rows, columns, 3); outside is on the left of the way from row to row when the
            columns run to the right, seen from outside: rows up, columns anticlockwise.
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
    return Patch(triangles[whole], uv[whole], area)


def lathe(
    profile: list[tuple[float, float]],
    area: int = 0,
    sides: int = SIDES,
    flip: bool = False,
    squash: float = 1.0,
) -> Patch:
    """A profile of (radius, height) points, from the bottom upwards, turned about the z axis.

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
) -> Patch:
    """A flat round face, its texture place seen from above."""
    patch = lathe([(radius, height), (inner, height)], area, sides, flip=down)
    uv = patch.triangles[..., :2] / (2 * radius) + 0.5
    return Patch(patch.triangles, uv, area)


def tube(
    path: np.ndarray,
    radii: np.ndarray | float,
    area: int = 0,
    sides: int = 8,
    capped: bool = True,
    squash: float = 1.0,
) -> Patch:
    """A round section swept along a path in space, u around and v along.

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
    _, _, axes = np.linalg.svd(along - along.mean(axis=0))
    straight = np.abs(along - along.mean(axis=0)).max() < 1e-6
    # A normal of the path's plane serves as the section's first axis everywhere.
    normal = _any_normal(along[0]) if straight else _plane_normal(along)
    side = np.cross(along, normal)
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    ring = (
        np.cos(angles)[None, :, None] * normal * squash
        + np.sin(angles)[None, :, None] * -side[:, None, :]
    )
    points = path[:, None, :] + radii[:, None, None] * ring
    if capped:
        ends = np.broadcast_to(path[:1, None], (1, sides + 1, 3))
        points = np.concatenate([ends, points, np.broadcast_to(path[-1:, None], (1, sides + 1, 3))])
    return outward(grid(points, area))


def _any_normal(direction: np.ndarray) -> np.ndarray:
    helper = (0, 0, 1) if abs(direction[2]) < 0.9 else (1, 0, 0)
    normal = np.cross(direction, helper)
    return normal / np.linalg.norm(normal)


def _plane_normal(directions: np.ndarray) -> np.ndarray:
    crosses = np.cross(directions[:-1], directions[1:])
    normal = crosses[np.linalg.norm(crosses, axis=1).argmax()]
    return normal / np.linalg.norm(normal)


def outward(patch: Patch) -> Patch:
    """The closed patch with its outside outside."""
    a, b, c = patch.triangles[:, 0], patch.triangles[:, 1], patch.triangles[:, 2]
    volume = np.einsum("ij,ij->", a, np.cross(b, c))
    if volume > 0:
        return patch
    return Patch(patch.triangles[:, ::-1], patch.uv[:, ::-1], patch.area)


def torus(major: float, minor: float, area: int = 0, sections: int = 18, sides: int = 10) -> Patch:
    """A ring lying on the plane z = 0, u around the axis and v around the section."""
    mesh = trimesh.creation.torus(major, minor, sections, sides)
    triangles = mesh.triangles + (0, 0, minor)
    x, y, z = np.moveaxis(mesh.triangles, -1, 0)
    u = np.arctan2(y, x) / (2 * np.pi) % 1
    v = (np.arctan2(z, np.hypot(x, y) - major) / (2 * np.pi) + 0.25) % 1
    return Patch(triangles, np.stack([_unwrapped(u), _unwrapped(v)], axis=-1), area)


def sphere(radius: float, area: int = 0, height: float | None = None) -> Patch:
    """A ball (or an ellipsoid of ``height``) standing on the plane z = 0."""
    tilt = np.linspace(-np.pi / 2, np.pi / 2, 11)
    half = radius if height is None else height / 2
    profile = [(radius * np.cos(t), half * (1 + np.sin(t))) for t in tilt]
    return lathe(profile, area, sides=16)


def box(size: tuple[float, float, float], area: int = 0, tops: int | None = None) -> list[Patch]:
    """A box standing on the plane z = 0, its picture wrapped around the four sides.

    Args:
        size: sides along x, y, z, metres.
        tops: area of the top and the bottom; the front's picture if None.
    """
    mesh = trimesh.creation.box(size)
    triangles = mesh.triangles + (0, 0, size[2] / 2)
    place = mesh.triangles / size + 0.5  # in [0, 1] on each axis
    axis = np.abs(mesh.face_normals).argmax(axis=1)
    share = size[0] / (2 * (size[0] + size[1]))  # of the way around, for each x side
    uv = np.empty((*triangles.shape[:2], 2))
    starts = {(1, -1): 0.0, (0, 1): share, (1, 1): 0.5, (0, -1): 0.5 + share}
    for face, normal in enumerate(mesh.face_normals):
        sign = 1 if normal[axis[face]] > 0 else -1
        if axis[face] == 2:
            uv[face] = place[face][:, :2] * ((share, 1.0) if tops is None else (1, 1))
            continue
        across = place[face][:, 1 - axis[face]]
        if (axis[face], sign) in ((1, 1), (0, -1)):
            across = 1 - across
        width = share if axis[face] == 1 else 0.5 - share
        uv[face] = np.stack([starts[axis[face], sign] + width * across, place[face][:, 2]], axis=-1)
    level = axis == 2
    tops = area if tops is None else tops
    return [Patch(triangles[~level], uv[~level], area), Patch(triangles[level], uv[level], tops)]


def slab(outline: np.ndarray, height: float, area: int = 0, edge: int | None = None) -> list[Patch]:
    """An outline in the x-y plane, extruded upwards from z = 0.

    Args:
        outline: (N, 2) corners in order, metres.
        edge: area of the rim; that of the faces if None.
    """
    polygon = shapely.Polygon(outline)
    mesh = trimesh.creation.extrude_polygon(polygon, height)
    low, high = np.asarray(polygon.bounds).reshape(2, 2)
    uv = (mesh.triangles[..., :2] - low) / (high - low)
    rim = np.abs(mesh.face_normals[:, 2]) < 0.5
    uv[rim, :, 1] = mesh.triangles[rim][..., 2] / height
    return [
        Patch(mesh.triangles[~rim], uv[~rim], area),
        Patch(mesh.triangles[rim], uv[rim], area if edge is None else edge),
    ]


def rounded(width: float, depth: float, radius: float) -> np.ndarray:
    """Corners (N, 2) of a rectangle with round corners, about the origin."""
    core = shapely.box(-width / 2 + radius, -depth / 2 + radius,
                       width / 2 - radius, depth / 2 - radius)  # fmt: skip
    return np.asarray(core.buffer(radius, quad_segs=3).exterior.coords)[:-1]


def _unwrapped(turns: np.ndarray) -> np.ndarray:
    """Angles in turns (F, 3) in which no triangle crosses the seam."""
    crossing = np.ptp(turns, axis=1, keepdims=True) > 0.5
    return np.where(crossing & (turns < 0.5), 1.0, turns)
