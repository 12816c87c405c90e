"""Making a URDF ready for Bullet: the same body in a folder of its own, as simple as it can be.

Bullet reads much without checking it, draws one material a mesh, and knows nothing of packages.
What it is given here has checked numbers, names of ours, a visual mesh for each material, and as
few links as the joints allow.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.fixed_joints import merge_fixed
from embodied_ssl_envs.urdf.mesh_files import load_pieces
from embodied_ssl_envs.urdf.mesh_writer import (
    mirrored,
    signs,
    with_texture,
    write_obj,
    write_outline,
)
from embodied_ssl_envs.urdf.model import Collision, Geometry, Visual
from embodied_ssl_envs.urdf.reading import read_urdf
from embodied_ssl_envs.urdf.simplifying import simplified
from embodied_ssl_envs.urdf.urdf_writer import (
    color_element,
    joint_element,
    link_element,
    shape_element,
)

FILE = "body.urdf"
MOST_JOINTS = 127  # of Bullet
FLAT = 1e-4  # thickness of a mesh as a part of its length, below which it has no volume


def prepare(path: str, folder: str, movable: bool) -> None:
    """Write ``body.urdf`` and its meshes and textures.

    Args:
        path: of the URDF file.
        folder: to write into.
        movable: whether physics moves the body, so that it must be one that can be touched; its
            meshes collide as their convex hulls, and large ones are drawn with fewer triangles.

    Raises:
        WorldError: for what is wrong with the file or a file that it needs.
    """
    robot = read_urdf(Path(path))
    masses = [link.inertial.mass for link in robot.links.values() if link.inertial]
    if movable and masses and not any(masses):
        raise WorldError("has no mass: the <mass> of at least one link must be above 0")
    robot = merge_fixed(robot)
    if len(robot.joints) > MOST_JOINTS:
        raise WorldError(f"has {len(robot.joints)} joints that move: at most {MOST_JOINTS}")
    links = list(robot.links.values())
    if movable and not any(link.collisions for link in links):
        raise WorldError("has no <collision>: nothing could touch it")
    if not any(link.collisions or link.visuals for link in links):
        raise WorldError("has neither <visual> nor <collision>")
    out, root = _Folder(Path(folder), movable), ET.Element("robot", name="body")
    names = {name: f"link{number}" for number, name in enumerate(robot.links)}
    for name, link in robot.links.items():
        shapes = [each for visual in link.visuals for each in out.visuals(visual)]
        shapes += [out.collision(collision, movable) for collision in link.collisions]
        root.append(link_element(names[name], link, shapes))
    for number, joint in enumerate(robot.joints):
        root.append(joint_element(f"joint{number}", joint, names))
    ET.indent(root)  # Bullet breaks lines of more than 8192 bytes, wherever that is
    (Path(folder) / FILE).write_bytes(ET.tostring(root))


class _Folder:
    """The meshes and textures of a body, each written once."""

    def __init__(self, folder: Path, movable: bool):
        self._folder, self._movable = folder, movable
        self._written: dict[tuple, list] = {}

    def visuals(self, visual: Visual) -> Iterator[ET.Element]:
        """``<visual>`` elements for a visual, one for each material of its mesh."""
        if visual.geometry.shape != "mesh":
            color = None if visual.color is None else color_element(visual.color)
            yield shape_element("visual", visual.pose, visual.geometry, color=color)
            return
        scale = visual.geometry.size
        key = (visual.geometry.file, signs(scale), visual.texture, visual.color is None)
        if key not in self._written:
            self._written[key] = self._visual_files(visual)
        for file, own in self._written[key]:
            color = visual.color or own
            geometry = Geometry("mesh", tuple(map(abs, scale)), file)
            element = None if color is None else color_element(color)
            yield shape_element("visual", visual.pose, geometry, color=element)

    def _visual_files(self, visual: Visual) -> list[tuple]:
        """Files and colours of the pieces of a mesh."""
        files, pieces = [], load_pieces(visual.geometry.file, looks=True)
        if visual.texture is not None:
            pieces = [each if each.image else with_texture(each, visual.texture) for each in pieces]
        if visual.color is not None:  # it wins over theirs, which no texture may hold
            pieces = [replace(piece, color=None) for piece in pieces]
        for piece in simplified(pieces) if self._movable else pieces:
            stem = self._folder / f"visual{len(self._written)}-{len(files)}"
            piece = mirrored(piece, visual.geometry.size)
            files.append((write_obj(piece, stem), piece.color))
        return files

    def collision(self, collision: Collision, movable: bool) -> ET.Element:
        """The ``<collision>`` element of a collision."""
        geometry = collision.geometry
        if geometry.shape == "plane" and movable:
            raise WorldError("has a plane, which is without end, as <collision>")
        if geometry.shape == "mesh":
            scale = geometry.size
            key = (geometry.file, signs(scale))
            if key not in self._written:
                self._written[key] = [self._collision_file(geometry, movable)]
            geometry = Geometry("mesh", tuple(map(abs, scale)), self._written[key][0])
        return shape_element(
            "collision", collision.pose, geometry, concave=collision.concave and not movable
        )

    def _collision_file(self, geometry: Geometry, movable: bool) -> Path:
        pieces = load_pieces(geometry.file, looks=False)
        if movable and is_flat(np.concatenate([piece.vertices for piece in pieces])):
            raise WorldError(f"the mesh '{geometry.file.name}' is flat: it has no volume")
        path = self._folder / f"collision{len(self._written)}.obj"
        if geometry.file.suffix.lower() == ".obj" and min(geometry.size) > 0:
            # Its objects are convex pieces, which trimesh does not keep apart.
            text = geometry.file.read_bytes()
            path.write_bytes(re.sub(rb"(?m)^[ \t]*(mtllib|usemtl)[ \t].*$", b"", text))
        else:
            write_outline([mirrored(piece, geometry.size) for piece in pieces], path)
        return path


def is_flat(points: np.ndarray) -> bool:
    """Whether points (N, 3) lie in a plane, nearly."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    sides = np.ptp(centred @ axes, axis=0)
    return sides.min() <= FLAT * sides.max()
