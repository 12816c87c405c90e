"""Mesh files in the formats that trimesh reads, in pieces of one material each."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from PIL import Image

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.mesh_resolver import MeshFiles, check_obj, obj_for_trimesh
from embodied_ssl_envs.urdf.numbers import shown
from embodied_ssl_envs.urdf.references import is_file

FORMATS = ("obj", "stl", "dae", "gltf", "glb", "ply", "off")
MOST_BYTES = 500_000_000
FARTHEST = 1e6  # of a coordinate, in the file's own unit
Y_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
X_UP = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], float)


@dataclass(frozen=True)
class Piece:
    """Triangles of one material, z up, metres."""

    vertices: np.ndarray
    """(N, 3)."""
    faces: np.ndarray
    """(F, 3) vertices of each triangle, counter-clockwise seen from outside."""
    normals: np.ndarray | None = None
    """(N, 3); flat triangles if None."""
    uvs: np.ndarray | None = None
    """(N, 2) texture coordinates."""
    color: tuple[float, ...] | None = None
    """RGBA, 0 to 1."""
    image: Image.Image | None = None
    """Texture."""
    data: bytes | None = None
    """The file that the texture comes from."""


def load_pieces(path: Path, looks: bool) -> list[Piece]:
    """The triangles of a mesh file.

    Args:
        path: of the file.
        looks: read its materials and textures too.

    Raises:
        WorldError: for a file that cannot be read, or holds no mesh with a surface.
    """
    where, kind = f"the mesh {shown(path.name)}", path.suffix.lower().removeprefix(".")
    if not is_file(path):
        raise WorldError(f"{where} is not there")
    if kind not in FORMATS:
        raise WorldError(f"{where} is of none of the formats {', '.join(FORMATS)}")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WorldError(f"{where} is larger than {MOST_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise WorldError(f"{where} cannot be read: {error.strerror}") from error
    files = MeshFiles(path, data if looks and kind == "obj" else b"")
    try:
        pieces = _pieces(data, kind, files, looks)
    except WorldError as error:
        raise WorldError(f"{where}: {error}") from error
    except MemoryError:
        raise
    except Exception as error:  # whatever the readers of trimesh stumble over
        said = f": {' '.join(str(error).split())[:120]}" if type(error) is ValueError else ""
        raise WorldError(f"{where} cannot be read as {kind.upper()}{said}") from error
    if not pieces:
        raise WorldError(f"{where} has no triangles")
    if not any(areas(piece).max() > 0 for piece in pieces):
        raise WorldError(f"{where} has no triangle with an area")
    return pieces


def _pieces(data: bytes, kind: str, files: MeshFiles, looks: bool) -> list[Piece]:
    options = {"process": False}
    if kind == "obj":
        check_obj(data)
        data, options = obj_for_trimesh(data), options | {"skip_materials": not looks}
    scene = trimesh.load_scene(io.BytesIO(data), kind, resolver=files, **options)
    if looks and files.faults:
        raise WorldError(files.faults[0])
    frame, pieces = _frame(kind, data), []
    for node in scene.graph.nodes_geometry:
        matrix, name = scene.graph[node]
        mesh = scene.geometry[name]
        if isinstance(mesh, trimesh.Trimesh) and len(mesh.faces):
            turn = frame @ matrix[:3, :3], frame @ matrix[:3, 3]
            pieces.append(_piece(mesh, turn, kind, data, files if looks else None))
    return pieces


def _frame(kind: str, data: bytes) -> np.ndarray:
    """From the frame and unit of a format to z up and metres, (3, 3)."""
    if kind in ("gltf", "glb"):
        return Y_UP
    if kind != "dae":
        return np.eye(3)
    unit = re.search(rb"""<unit[^>]*\smeter\s*=\s*["']([^"']+)["']""", data)
    up = re.search(rb"<up_axis>\s*(\w+)\s*<", data)
    turn = {b"Z_UP": np.eye(3), b"X_UP": X_UP}.get(up[1] if up else b"Y_UP", Y_UP)
    return turn * (float(unit[1]) if unit else 1.0)


def _piece(
    mesh: trimesh.Trimesh,
    turn: tuple[np.ndarray, np.ndarray],
    kind: str,
    data: bytes,
    files: MeshFiles | None,
) -> Piece:
    matrix, shift = turn
    plain = np.array_equal(matrix, np.eye(3)) and not shift.any()
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces)
    if vertices.shape != (len(vertices), 3):
        raise WorldError("has vertices that are not of three numbers")
    if not np.isfinite(vertices).all() or np.abs(vertices).max() > FARTHEST:
        raise WorldError("has vertices that are not finite, or too far away")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise WorldError("has triangles with vertices that are not there")
    shaded = kind != "obj" or re.search(rb"^[ \t]*vn[ \t]", data, re.MULTILINE)
    normals = np.asarray(mesh.vertex_normals, float) if shaded else None
    if normals is not None and not np.isfinite(normals).all():
        normals = None
    if not plain:
        vertices = vertices @ matrix.T + shift
        faces = faces[:, ::-1] if np.linalg.det(matrix) < 0 else faces
        normals = None if normals is None else normals @ np.linalg.inv(matrix)
    look = {} if files is None else _look(mesh, files)
    return Piece(vertices, faces, normals, **look)


def _look(mesh: trimesh.Trimesh, files: MeshFiles) -> dict[str, Any]:
    """Colour or texture of a mesh, as arguments of ``Piece``."""
    visual = mesh.visual
    painted = visual.kind in ("vertex", "face")
    if painted:
        visual = visual.to_texture()
    if visual.kind != "texture":
        return {}
    material = visual.material
    material = material.to_simple() if hasattr(material, "to_simple") else material
    uvs = visual.uv
    if uvs is not None and len(uvs) == len(mesh.vertices) and np.isfinite(uvs).all():
        uvs = np.asarray(uvs, float)
        uvs = uvs - np.minimum(np.floor(uvs.min(axis=0)), 0)  # the renderer repeats above 0 only
    else:
        uvs = None
    image = material.image
    grey = image is not None and image.format is None and image.size == (2, 2)  # of trimesh
    if image is None or (grey and not painted):
        diffuse = np.asarray(material.diffuse, float) / 255
        color = (*diffuse[:3].tolist(), 1.0) if files.has_colors(material) else None
        return {"color": color, "uvs": uvs}
    if uvs is None:
        raise WorldError("has a texture, but not a place in it for every vertex")
    return {"uvs": uvs, "image": image, "data": files.images.get(image.info.get("file_path"))}


def areas(piece: Piece) -> np.ndarray:
    """(F,) of the triangles of a piece."""
    a, b, c = (piece.vertices[piece.faces[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
