"""Reading the shapes of a URDF: geometries, their poses, and materials."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.model import Geometry, Pose, Visual
from embodied_ssl_envs.urdf.numbers import numbers, shown

FARTHEST = 1e4  # metres, of any number that is a length
SHAPES = {
    "box": (("size", 3),),
    "sphere": (("radius", 1),),
    "cylinder": (("radius", 1), ("length", 1)),
    "capsule": (("radius", 1), ("length", 1)),
    "plane": (("normal", 3),),
}
"""The attributes of each shape and how many numbers each is."""

Look = tuple[tuple[float, ...] | None, Path | None]
"""Colour and texture of a material."""


class Materials:
    """The materials that a file names: one without a colour means the one of its name.

    Args:
        root: of the file.
        find: gives the path of a file that the URDF names.
    """

    def __init__(self, root: ET.Element, find: Callable[[str], Path]):
        self._find = find
        self._named: dict[str, Look] = {}
        for element in root.iter("material"):
            look = self._look(element)
            if look != (None, None):
                self._named.setdefault(element.get("name", ""), look)

    def of(self, element: ET.Element | None) -> Look:
        """Colour and texture of a ``<material>``."""
        if element is None:
            return None, None
        look = self._look(element)
        return self._named.get(element.get("name", ""), look) if look == (None, None) else look

    def _look(self, element: ET.Element) -> Look:
        color, texture = element.find("color"), element.find("texture")
        where = f"material {shown(element.get('name', ''))}"
        rgba = None if color is None else numbers(color, "rgba", 4, where)
        if rgba and not all(0 <= value <= 1 for value in rgba):
            raise WorldError(f"{where}: rgba must be from 0 to 1, not {shown(color.get('rgba'))}")
        file = "" if texture is None else texture.get("filename", "")
        return rgba, self._find(file) if file else None


def origin(element: ET.Element, where: str) -> Pose:
    """The pose of ``<origin>``, that of the parent without one."""
    at = element.find("origin")
    xyz, rpy = (numbers(at, key, 3, where, (0.0, 0.0, 0.0)) for key in ("xyz", "rpy"))
    if max(map(abs, (*xyz, *rpy))) > FARTHEST:
        raise WorldError(f"{where}: <origin> is further away than {FARTHEST:g} m")
    return Pose(xyz, rpy)


def read_visual(
    element: ET.Element, where: str, materials: Materials, find: Callable[[str], Path]
) -> Visual:
    """A ``<visual>`` with its colour and texture."""
    color, texture = materials.of(element.find("material"))
    geometry = read_geometry(element, f"{where}, visual", find)
    if texture and geometry.shape != "mesh":
        raise WorldError(f"{where}: a texture needs a mesh, and this is a {geometry.shape}")
    return Visual(origin(element, where), geometry, color, texture)


def read_geometry(element: ET.Element, where: str, find: Callable[[str], Path]) -> Geometry:
    """The shape in ``<geometry>``.

    Args:
        element: ``<visual>`` or ``<collision>``.
        where: begins an error.
        find: gives the path of a file that the URDF names.
    """
    shape = next(iter(element.find("geometry") or ()), None)
    if shape is None:
        raise WorldError(f"{where} has no <geometry>")
    if shape.tag == "mesh":
        size = _mesh_scale(shape, where)
        if not shape.get("filename"):
            raise WorldError(f"{where}: <mesh> has no filename")
        return Geometry("mesh", size, find(shape.get("filename")))
    if shape.tag not in SHAPES:
        known = ", ".join((*SHAPES, "mesh"))
        raise WorldError(f"{where}: the geometry {shown(shape.tag)} is none of {known}")
    size = sum((numbers(shape, key, many, where) for key, many in SHAPES[shape.tag]), ())
    if shape.tag == "plane":
        if not any(size):
            raise WorldError(f"{where}: the normal of a plane must not be zero")
    elif not 0 < min(size) <= max(size) <= FARTHEST:
        said = " ".join(f"{value:g}" for value in size)
        raise WorldError(f"{where}: the size of a {shape.tag} must be above 0, not {said}")
    return Geometry(shape.tag, size)


def _mesh_scale(element: ET.Element, where: str) -> tuple[float, ...]:
    text = element.get("scale")
    count = 1 if text is not None and len(text.split()) == 1 else 3  # Bullet reads both
    scale = numbers(element, "scale", count, where, (1.0, 1.0, 1.0))
    if not all(scale):
        raise WorldError(f"{where}: the scale of a mesh must not be 0")
    return scale * 3 if count == 1 else scale
