"""Visual meshes passed to Bullet in memory, without the memory leak of its Python binding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied_ssl_envs.bullet import BulletClient

# createVisualShape never releases the lists that it is given, nor the lists in them: some 280 kB
# for each object. So it is given the same inner lists each time, in outer lists emptied afterwards.
_ROWS: dict[str, list[list[float]]] = {"vertices": [], "normals": [], "uvs": []}
_INDICES: list[int] = []


def visual_mesh(
    client: BulletClient,
    vertices: np.ndarray,
    normals: np.ndarray,
    uvs: np.ndarray,
    indices: Sequence[int] | np.ndarray | None = None,
) -> int:
    """Bullet's id of a visual shape.

    Args:
        vertices: (N, 3) metres.
        normals: (N, 3).
        uvs: (N, 2) texture coordinates.
        indices: (3 F,) vertices of the triangles; three consecutive vertices each if None.
    """
    count = len(vertices)
    _INDICES.extend(range(len(_INDICES), count))
    order = range(count) if indices is None else np.asarray(indices).tolist()
    lists = {
        "vertices": _refilled("vertices", vertices),
        "normals": _refilled("normals", normals),
        "uvs": _refilled("uvs", uvs),
        "indices": [_INDICES[index] for index in order],
    }
    shape = client.createVisualShape(client.GEOM_MESH, **lists)
    for each in lists.values():
        each.clear()
    return shape


def _refilled(name: str, array: np.ndarray) -> list[list[float]]:
    rows = _ROWS[name]
    rows.extend([] for _ in range(len(array) - len(rows)))
    for row, values in zip(rows, np.asarray(array).tolist(), strict=False):
        row[:] = values
    return rows[: len(array)]
