"""Mesh primitives with flat faces: boxes and extruded outlines."""

from __future__ import annotations

import numpy as np
import shapely
import trimesh

from embodied_ssl_envs.objects.mesh_primitives import MeshPrimitive


def box_mesh(
    size: tuple[float, float, float], area: int = 0, tops: int | None = None
) -> list[MeshPrimitive]:
    """A box standing on the plane z = 0, its texture wrapped around the four sides.

    Args:
        size: sides along x, y, z, metres.
        area: of the texture, for the four sides.
        tops: area of the top and the bottom; the front's part of the sides' texture if None.
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
    return [
        MeshPrimitive(triangles[~level], uv[~level], area),
        MeshPrimitive(triangles[level], uv[level], tops),
    ]


def extruded(
    outline: np.ndarray, height: float, area: int = 0, edge: int | None = None
) -> list[MeshPrimitive]:
    """An outline in the x-y plane, extruded upwards from z = 0.

    Args:
        outline: (N, 2) corners in order, metres.
        height: metres.
        area: of the texture, for the top and the bottom.
        edge: area of the rim; that of the top and the bottom if None.
    """
    polygon = shapely.Polygon(outline)
    mesh = trimesh.creation.extrude_polygon(polygon, height)
    low, high = np.asarray(polygon.bounds).reshape(2, 2)
    uv = (mesh.triangles[..., :2] - low) / (high - low)
    rim = np.abs(mesh.face_normals[:, 2]) < 0.5
    uv[rim, :, 1] = mesh.triangles[rim][..., 2] / height
    return [
        MeshPrimitive(mesh.triangles[~rim], uv[~rim], area),
        MeshPrimitive(mesh.triangles[rim], uv[rim], area if edge is None else edge),
    ]


def rounded_rectangle(width: float, depth: float, radius: float) -> np.ndarray:
    """Corners (N, 2) of a rectangle with rounded corners, about the origin, metres."""
    core = shapely.box(-width / 2 + radius, -depth / 2 + radius,
                       width / 2 - radius, depth / 2 - radius)  # fmt: skip
    return np.asarray(core.buffer(radius, quad_segs=3).exterior.coords)[:-1]
