"""Surfaces on furniture, floors and walls, and the unseen blocks that make them solid."""

from __future__ import annotations

from functools import cache

import numpy as np
import trimesh

from embodied_ssl_envs.background_textures import surface_file, surfaces_of
from embodied_ssl_envs.meshes import visual_mesh
from embodied_ssl_envs.rooms.furniture.pieces import Part
from embodied_ssl_envs.rooms.layout import Placed
from embodied_ssl_envs.simulation import Simulation

HEIGHT = 2.5  # metres
TILE = 1.2  # metres that a picture spans
THICK = 0.5  # metres: of what keeps the base inside
PLAIN = {
    ("window", 1): (0.82, 0.92, 1.0),
    ("television", 2): (0.06, 0.06, 0.08),
    ("desk", 3): (0.12, 0.12, 0.14),
    ("sink", 3): (0.75, 0.77, 0.8),
    ("stove", 1): (0.1, 0.1, 0.1),
    ("plant", 2): (0.2, 0.5, 0.2),
    ("toilet", 0): (0.94, 0.94, 0.92),
    ("washbasin", 1): (0.94, 0.94, 0.92),
    ("washbasin", 3): (0.7, 0.78, 0.82),
    ("bathtub", 0): (0.95, 0.95, 0.93),
}
"""(piece, skin) -> colour of what has no pattern, whoever owns the room."""
PATTERNS = {
    **dict.fromkeys(("bed", "sofa", "armchair", "coat rack"), ("weave", "stripes", "mottle")),
    **dict.fromkeys(("picture", "rug", "bookcase"), ()),
}
"""What a piece may show, all patterns where none is named; other furniture is of ``TIMBER``."""
TIMBER = ("wood", "mottle", "weave")


class Wardrobe:
    """Puts pieces into a simulation; pieces of one name in a room look alike."""

    def __init__(self, simulation: Simulation, rng: np.random.Generator):
        self._simulation = simulation
        self._client = simulation.client
        self._rng = rng
        self._textures: dict[tuple[str, int], int] = {}

    def dress(self, item: Placed) -> None:
        """A piece: a mesh for each of its surfaces, and one block to bump into."""
        piece = item.piece
        turn = trimesh.transformations.rotation_matrix(item.quarter * np.pi / 2, (0, 0, 1))
        turn[:2, 3] = item.x, item.y
        for skin in range(piece.skins):
            parts = [_mesh(part) for part in piece.parts if part.skin == skin]
            if parts:
                mesh = trimesh.util.concatenate(parts)
                mesh.apply_transform(turn)
                self.show(mesh, piece.name, skin, PATTERNS.get(piece.name, TIMBER))
        if not piece.flat:
            low, high = item.footprint
            self.block((*low, 0.0), (*high, HEIGHT))

    def line(
        self, inside: trimesh.Trimesh, floors: tuple[str, ...], walls: tuple[str, ...]
    ) -> None:
        """Floor, ceiling and walls on the faces of a box that look inwards."""
        down = inside.face_normals[:, 2]
        for name, chosen, patterns in (
            ("walls", np.abs(down) < 0.5, walls),
            ("floor", down > 0.5, floors),
            ("ceiling", down < -0.5, ("mottle",)),
        ):
            side = inside.submesh([np.flatnonzero(chosen)], append=True)
            self.show(side, name, 0, patterns)

    def show(self, mesh: trimesh.Trimesh, name: str, skin: int, patterns: tuple[str, ...]) -> None:
        """A mesh without substance, in the surface of its name."""
        client = self._client
        shape = visual_mesh(client, *_box_mapped(mesh))
        body = client.createMultiBody(0, -1, shape)
        if (name, skin) in PLAIN:
            client.changeVisualShape(body, -1, rgbaColor=(*PLAIN[name, skin], 1))
            return
        if (name, skin) not in self._textures:
            file = surface_file(int(self._rng.choice(surfaces_of(*patterns))))
            self._textures[name, skin] = client.loadTexture(file)
        texture = self._textures[name, skin]
        client.changeVisualShape(body, -1, textureUniqueId=texture, rgbaColor=(1, 1, 1, 1))

    def fence(self, low: np.ndarray, high: np.ndarray) -> None:
        """Unseen walls around a rectangle on the floor, from corner (2,) to corner (2,)."""
        (left, near), (right, far) = low, high
        for start, end in (
            ((left - THICK, near - THICK), (left, far + THICK)),
            ((right, near - THICK), (right + THICK, far + THICK)),
            ((left - THICK, near - THICK), (right + THICK, near)),
            ((left - THICK, far), (right + THICK, far + THICK)),
        ):
            self.block((*start, 0.0), (*end, HEIGHT))

    def block(self, low, high) -> None:
        """Something unseen to bump into."""
        client = self._client
        half, middle = np.subtract(high, low) / 2, np.add(high, low) / 2
        shape = client.createCollisionShape(client.GEOM_BOX, halfExtents=half.tolist())
        client.createMultiBody(0, shape, self._simulation.unseen(), middle.tolist())


def _mesh(part: Part) -> trimesh.Trimesh:
    """The triangles of a part."""
    low, high = np.array(part.low), np.array(part.high)
    unit = _unit(part.round)
    vertices = unit.vertices * (high - low) + (low + high) / 2
    return trimesh.Trimesh(vertices, unit.faces, process=False)


@cache
def _unit(round: bool) -> trimesh.Trimesh:
    """A cylinder or a cube, 1 m in all directions."""
    if round:
        return trimesh.creation.cylinder(radius=0.5, height=1.0, sections=10)
    return trimesh.creation.box()


def inside_of(low, high) -> trimesh.Trimesh:
    """The faces of a box from corner (3,) to corner (3,), seen from within."""
    box = trimesh.creation.box(bounds=[low, high])
    return trimesh.Trimesh(box.vertices, box.faces[:, ::-1], process=False)


def _box_mapped(mesh: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corners, normals and places in the picture, as if it were projected from the six sides."""
    corners = mesh.triangles.reshape(-1, 3)
    normals = np.repeat(mesh.face_normals, 3, axis=0)
    facing = np.abs(normals).argmax(axis=1)
    across = np.where(facing == 0, corners[:, 1], corners[:, 0])
    upwards = np.where(facing == 2, corners[:, 1], corners[:, 2])
    uvs = np.stack([across, upwards], axis=1) / TILE
    uvs = uvs + max(16.0, np.ceil(-uvs.min()))  # the renderer repeats above zero only
    return corners, normals, uvs
