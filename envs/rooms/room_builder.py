"""Adds furniture, floors and walls to a simulation: textured meshes and invisible obstacles."""

from __future__ import annotations

from functools import cache

import numpy as np
import trimesh

from embodied_ssl_envs.background_textures import texture_file, textures_of
from embodied_ssl_envs.meshes import visual_mesh
from embodied_ssl_envs.rooms.furniture.pieces import Part
from embodied_ssl_envs.rooms.layout import PlacedPiece
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.things import Thing

HEIGHT = 2.5  # metres
TILE = 1.2  # metres that a texture spans
THICK = 0.5  # metres: of the boundary
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
"""(piece, slot) -> colour of what has no texture."""
PATTERNS = {
    **dict.fromkeys(("bed", "sofa", "armchair", "coat rack"), ("weave", "stripes", "mottle")),
    **dict.fromkeys(("picture", "rug", "bookcase"), ()),
}
"""Patterns of a piece's textures, all where none is named; other furniture has ``TIMBER``."""
TIMBER = ("wood", "mottle", "weave")


class RoomBuilder:
    """Adds what makes a room; pieces of one name share their textures."""

    def __init__(self, simulation: Simulation, rng: np.random.Generator):
        self._simulation = simulation
        self._client = simulation.client
        self._rng = rng
        self._textures: dict[tuple[str, int], int] = {}
        self.furniture: dict[int, Thing] = {}
        """The pieces that were added, by their bodies."""

    def add_piece(self, item: PlacedPiece) -> None:
        """Add a piece of furniture: a mesh for each texture slot, and one obstacle."""
        piece = item.piece
        thing = Thing(piece.name, f"furniture/{piece.name}/{len(set(self.furniture.values()))}")
        turn = trimesh.transformations.rotation_matrix(item.quarter_turns * np.pi / 2, (0, 0, 1))
        turn[:2, 3] = item.x, item.y
        for slot in range(piece.slots):
            parts = [_mesh(part) for part in piece.parts if part.slot == slot]
            if parts:
                mesh = trimesh.util.concatenate(parts)
                mesh.apply_transform(turn)
                patterns = PATTERNS.get(piece.name, TIMBER)
                self.furniture[self.add_mesh(mesh, piece.name, slot, patterns)] = thing
        if not piece.flat:
            low, high = item.footprint
            self.add_obstacle((*low, 0.0), (*high, HEIGHT))

    def add_shell(
        self, inside: trimesh.Trimesh, floors: tuple[str, ...], walls: tuple[str, ...]
    ) -> None:
        """Add floor, walls and ceiling, the faces of a box, with textures of some patterns."""
        down = inside.face_normals[:, 2]
        for name, chosen, patterns in (
            ("walls", np.abs(down) < 0.5, walls),
            ("floor", down > 0.5, floors),
            ("ceiling", down < -0.5, ("mottle",)),
        ):
            side = inside.submesh([np.flatnonzero(chosen)], append=True)
            self.add_mesh(side, name, 0, patterns)

    def add_mesh(
        self, mesh: trimesh.Trimesh, name: str, slot: int, patterns: tuple[str, ...]
    ) -> int:
        """Add a mesh without collision shape, with the texture of its name and slot; its body."""
        client = self._client
        shape = visual_mesh(client, *_box_mapped(mesh))
        body = client.createMultiBody(0, -1, shape)
        if (name, slot) in PLAIN:
            client.changeVisualShape(body, -1, rgbaColor=(*PLAIN[name, slot], 1))
            return body
        if (name, slot) not in self._textures:
            file = texture_file(int(self._rng.choice(textures_of(*patterns))))
            self._textures[name, slot] = client.loadTexture(file)
        texture = self._textures[name, slot]
        client.changeVisualShape(body, -1, textureUniqueId=texture, rgbaColor=(1, 1, 1, 1))
        return body

    def add_boundary(self, low: np.ndarray, high: np.ndarray) -> None:
        """Add invisible walls around a rectangle on the floor, from corner (2,) to corner (2,)."""
        (left, near), (right, far) = low, high
        for start, end in (
            ((left - THICK, near - THICK), (left, far + THICK)),
            ((right, near - THICK), (right + THICK, far + THICK)),
            ((left - THICK, near - THICK), (right + THICK, near)),
            ((left - THICK, far), (right + THICK, far + THICK)),
        ):
            self.add_obstacle((*start, 0.0), (*end, HEIGHT))

    def add_obstacle(self, low, high) -> None:
        """Add an invisible box that stops the base, from corner (3,) to corner (3,)."""
        client = self._client
        half, middle = np.subtract(high, low) / 2, np.add(high, low) / 2
        shape = client.createCollisionShape(client.GEOM_BOX, halfExtents=half.tolist())
        client.createMultiBody(0, shape, self._simulation.invisible_shape(), middle.tolist())


def _mesh(part: Part) -> trimesh.Trimesh:
    """The mesh of a part."""
    low, high = np.array(part.low), np.array(part.high)
    unit = _unit(part.round)
    vertices = unit.vertices * (high - low) + (low + high) / 2
    return trimesh.Trimesh(vertices, unit.faces, process=False)


@cache
def _unit(round: bool) -> trimesh.Trimesh:
    """A cylinder or a cube with sides of 1 m."""
    if round:
        return trimesh.creation.cylinder(radius=0.5, height=1.0, sections=10)
    return trimesh.creation.box()


def inward_box(low, high) -> trimesh.Trimesh:
    """A box from corner (3,) to corner (3,) whose faces are visible from inside."""
    box = trimesh.creation.box(bounds=[low, high])
    return trimesh.Trimesh(box.vertices, box.faces[:, ::-1], process=False)


def _box_mapped(mesh: trimesh.Trimesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (3 F, 3), normals (3 F, 3) and texture coordinates (3 F, 2) of a box projection."""
    corners = mesh.triangles.reshape(-1, 3)
    normals = np.repeat(mesh.face_normals, 3, axis=0)
    facing = np.abs(normals).argmax(axis=1)
    across = np.where(facing == 0, corners[:, 1], corners[:, 0])
    upwards = np.where(facing == 2, corners[:, 1], corners[:, 2])
    uvs = np.stack([across, upwards], axis=1) / TILE
    uvs = uvs + max(16.0, np.ceil(-uvs.min()))  # the renderer repeats coordinates above 0 only
    return corners, normals, uvs
