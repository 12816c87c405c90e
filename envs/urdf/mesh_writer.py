"""Writing meshes as the OBJ files that Bullet reads."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.mesh_files import Piece
from embodied_ssl_envs.urdf.textures import open_texture, write_texture

NUMBER = "%.9g"  # as many digits as a float32 has


def signs(scale: Sequence[float]) -> tuple[float, ...]:
    """Of each axis of a scale, which may mirror: 1 or -1."""
    return tuple(np.sign(scale).tolist())


def mirrored(piece: Piece, scale: Sequence[float]) -> Piece:
    """A piece mirrored as the signs of its scale say, its outside still outside."""
    factors = np.array(signs(scale))
    if (factors > 0).all():
        return piece
    return replace(
        piece,
        vertices=piece.vertices * factors,
        faces=piece.faces[:, ::-1] if np.prod(factors) < 0 else piece.faces,
        normals=None if piece.normals is None else piece.normals * factors,
    )


def with_texture(piece: Piece, path: Path) -> Piece:
    """A piece with the texture that the URDF names for it."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise WorldError(f"the texture '{path.name}' is not there") from error
    image = open_texture(data, path.name)
    if piece.uvs is None:
        raise WorldError(f"the mesh for the texture '{path.name}' has no texture coordinates")
    return replace(piece, image=image, data=data, color=None)


def write_obj(piece: Piece, stem: Path) -> Path:
    """Write a piece, with its texture; the path of the OBJ file.

    Args:
        piece: of one material.
        stem: path without suffix.
    """
    text = io.StringIO()
    if piece.image is not None:
        texture = write_texture(piece.image, piece.data, stem)
        material = f"newmtl piece\nKd 1 1 1\nmap_Kd {texture.name}\n"
        stem.with_suffix(".mtl").write_text(material)
        text.write(f"mtllib {stem.name}.mtl\nusemtl piece\n")
    text.write(_rows("v", [NUMBER] * 3, piece.vertices))
    if piece.uvs is not None:
        text.write(_rows("vt", [NUMBER] * 2, piece.uvs))
    if piece.normals is not None:
        text.write(_rows("vn", [NUMBER] * 3, piece.normals))
    # A corner is vertex/uv/normal; all three have the same number here.
    corner = "%d" + ("/%d" if piece.uvs is not None else "/" if piece.normals is not None else "")
    corner += "/%d" if piece.normals is not None else ""
    parts = np.repeat(piece.faces + 1, corner.count("%d"), axis=1)
    text.write(_rows("f", [corner] * 3, parts))
    path = stem.with_suffix(".obj")
    path.write_text(text.getvalue())
    return path


def write_outline(pieces: Sequence[Piece], path: Path) -> None:
    """Write the triangles of several pieces, each an object of its own in the OBJ file."""
    text, before = io.StringIO(), 1
    for number, piece in enumerate(pieces):
        text.write(f"o piece{number}\n")
        text.write(_rows("v", [NUMBER] * 3, piece.vertices))
        text.write(_rows("f", ["%d"] * 3, piece.faces + before))
        before += len(piece.vertices)
    path.write_text(text.getvalue())


def _rows(keyword: str, columns: Sequence[str], values: np.ndarray) -> str:
    """A line for each row of an array."""
    form = " ".join([keyword, *columns]) + "\n"
    return "".join([form % tuple(row) for row in values.tolist()])  # numpy.savetxt is slower
