"""Meshes of many triangles as ones of few that look the same from where a robot looks.

A scan has ten thousand triangles and more, in charts whose seams would gape if each chart lost
triangles by itself. So the shape is simplified as a whole, and its colours are painted anew into a
texture in which each of the few triangles has a place of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import fast_simplification
import numpy as np
from jaxtyping import Float, Int
from PIL import Image
from scipy.spatial import cKDTree

from embodied_ssl_envs.urdf.mesh_files import Piece, areas

MOST_TRIANGLES = 1200
"""Of an object: three of them in a scene take Bullet 8 ms at 128 pixels."""
SAMPLES = 400_000  # places of the surface whose colours are known
ATLAS = 512  # pixels along each side of the texture
CREASE = np.cos(np.radians(40))  # triangles that meet at a sharper angle keep an edge
SLIVER = 0.1  # of the largest triangle about a corner; how a smaller one is turned says nothing
WHITE = (1.0, 1.0, 1.0, 1.0)  # what Bullet draws where there is no colour


def simplified(pieces: Sequence[Piece], most: int = MOST_TRIANGLES) -> list[Piece]:
    """The pieces of a mesh as one of at most so many triangles, nearly, by quadric errors (Garland
    and Heckbert, SIGGRAPH 1997); as they are where they have no more."""
    if sum(len(piece.faces) for piece in pieces) <= most:
        return list(pieces)
    few_vertices, few = fewer_triangles(*welded(pieces), most)
    if not len(few):
        return list(pieces)
    corners = few_vertices[few].astype(float)  # (F, 3, 3)
    normals = _normals(corners, few)
    triangles = np.arange(3 * len(few)).reshape(-1, 3)
    colors = {piece.color for piece in pieces}
    if len(colors) == 1 and not any(piece.image for piece in pieces):
        return [Piece(corners.reshape(-1, 3), triangles, normals, color=colors.pop())]
    uvs, image = _painted(corners, *_sampled(pieces))
    return [Piece(corners.reshape(-1, 3), triangles, normals, uvs, image=image)]


def fewer_triangles(
    vertices: Float[np.ndarray, "N 3"], faces: Int[np.ndarray, "F 3"], most: int
) -> tuple[Float[np.ndarray, "M 3"], Int[np.ndarray, "G 3"]]:
    """A mesh with at most so many triangles, nearly."""
    if len(faces) <= most:
        return vertices, faces
    return fast_simplification.simplify(
        vertices.astype(np.float32), faces.astype(np.int32), target_count=most
    )


def welded(
    pieces: Sequence[Piece],
) -> tuple[Float[np.ndarray, "N 3"], Int[np.ndarray, "F 3"]]:
    """All triangles, each place one vertex."""
    starts = np.cumsum([0, *(len(piece.vertices) for piece in pieces)])
    faces = [piece.faces + start for piece, start in zip(pieces, starts, strict=False)]
    points = np.concatenate([piece.vertices for piece in pieces])
    size = float(np.ptp(points, axis=0).max())
    _, first, of = np.unique(
        (points / size).round(6), axis=0, return_index=True, return_inverse=True
    )
    joined = of.reshape(-1)[np.concatenate(faces)]
    a, b, c = joined.T
    return points[first], joined[(a != b) & (b != c) & (a != c)]


def _sampled(
    pieces: Sequence[Piece],
) -> tuple[Float[np.ndarray, "S 3"], Float[np.ndarray, "S 3"]]:
    """Places all over the surface, and their colours, RGB from 0 to 255."""
    rng = np.random.default_rng(0)
    surfaces = [areas(piece) for piece in pieces]
    total = sum(each.sum() for each in surfaces)
    places, colors = [], []
    for piece, area in zip(pieces, surfaces, strict=True):
        count = int(np.ceil(SAMPLES * area.sum() / total)) if total else 0
        if not count or not area.sum():
            continue
        faces = piece.faces[rng.choice(len(area), count, p=area / area.sum())]
        weights = rng.dirichlet((1, 1, 1), count)[..., None]  # even over each triangle
        places.append((weights * piece.vertices[faces]).sum(axis=1))
        if piece.image is None or piece.uvs is None:
            plain = 255 * np.array((piece.color or WHITE)[:3])
            colors.append(np.broadcast_to(plain, (count, 3)))
        else:
            colors.append(_looked_up(piece.image, (weights * piece.uvs[faces]).sum(axis=1)))
    return np.concatenate(places), np.concatenate(colors)


def _looked_up(image: Image.Image, uvs: Float[np.ndarray, "S 2"]) -> Float[np.ndarray, "S 3"]:
    pixels = np.asarray(image.convert("RGB"), np.float32)
    height, width, _ = pixels.shape
    columns = np.minimum((uvs[:, 0] % 1 * width).astype(int), width - 1)
    rows = np.minimum(((1 - uvs[:, 1] % 1) * height).astype(int), height - 1)
    return pixels[rows, columns]


def _painted(
    corners: Float[np.ndarray, "F 3 3"],
    places: Float[np.ndarray, "S 3"],
    colors: Float[np.ndarray, "S 3"],
) -> tuple[Float[np.ndarray, "3F 2"], Image.Image]:
    """Texture coordinates of the corners, and the texture: two triangles in each cell of a grid."""
    count = int(np.ceil(np.sqrt(len(corners) / 2)))
    cell = max(ATLAS // count, 4)  # pixels along each side
    # From one pixel off the edges of its half, so that nothing bleeds in from another triangle.
    reach = cell - 3.5
    rows, columns = np.mgrid[:cell, :cell]
    upper = rows + columns >= cell
    across = np.where(upper, cell - 2 - columns, columns - 1) / reach
    along = np.where(upper, cell - 2 - rows, rows - 1) / reach
    across, along = np.clip(across, 0, 1), np.clip(along, 0, 1)
    beyond = np.maximum(across + along, 1)
    across, along = across / beyond, along / beyond
    weights = np.stack([1 - across - along, across, along], axis=-1)  # (cell, cell, 3)

    canvas = np.zeros((count * cell, count * cell, 3), np.uint8)
    tree, uvs = cKDTree(places), np.zeros((len(corners), 3, 2))
    padded = np.concatenate([corners, corners[-1:]])[: 2 * ((len(corners) + 1) // 2)]
    for number, pair in enumerate(padded.reshape(-1, 2, 3, 3)):
        top, left = cell * (number // count), cell * (number % count)
        points = np.where(upper[..., None], weights @ pair[1], weights @ pair[0])
        _, nearest = tree.query(points.reshape(-1, 3))
        painted = colors[nearest].reshape(cell, cell, 3)
        canvas[top : top + cell, left : left + cell] = painted.round()
    ends = np.array([(1, 1), (1 + reach, 1), (1, 1 + reach)]) + 0.5  # columns and rows
    both = np.stack([ends, cell - ends])
    for half in (0, 1):
        numbers = np.arange(half, len(corners), 2) // 2
        start = cell * np.stack([numbers % count, numbers // count], axis=-1)
        uvs[half::2] = (start[:, None] + both[half]) / len(canvas)
    uvs[..., 1] = 1 - uvs[..., 1]  # the first row of an image is at the top
    return uvs.reshape(-1, 2), Image.fromarray(canvas)


def _normals(
    corners: Float[np.ndarray, "F 3 3"], faces: Int[np.ndarray, "F 3"]
) -> Float[np.ndarray, "3F 3"]:
    """Of each corner: the mean, by area, of the triangles about it that meet at a small angle."""
    a, b, c = np.moveaxis(corners, 1, 0)
    crosses = np.cross(b - a, c - a)
    size = np.linalg.norm(crosses, axis=1)
    units = crosses / np.maximum(size[:, None], 1e-20)
    face_of, order = np.repeat(np.arange(len(faces)), 3), np.argsort(faces.ravel(), kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(faces.ravel()[order])) + 1)
    normals = np.zeros((faces.size, 3))
    for group in groups:
        about = face_of[group]
        near = units[about] @ units[about].T > CREASE
        near |= (size[about] < SLIVER * size[about].max())[:, None]
        normals[group] = near @ crosses[about]
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(lengths > 1e-20, normals / np.maximum(lengths, 1e-20), (0.0, 0.0, 1.0))
