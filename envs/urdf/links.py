"""Reading a link of a URDF: its shapes, its mass, its contact."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.model import Collision, Inertial, Link
from embodied_ssl_envs.urdf.numbers import numbers, shown
from embodied_ssl_envs.urdf.shapes import Materials, origin, read_geometry, read_visual

MOST_SHAPES = 1000  # of a link
MOST = 1e6  # kg and kg m^2
CONTACT = (
    "lateral_friction", "rolling_friction", "spinning_friction", "restitution", "contact_cfm",
    "contact_erp", "stiffness", "damping",
)  # fmt: skip


def read_link(
    element: ET.Element, name: str, materials: Materials, find: Callable[[str], Path]
) -> Link:
    """A link; WorldError for shapes and masses that cannot be.

    Args:
        element: ``<link>``.
        name: of the link.
        materials: of the file.
        find: gives the path of a file that the URDF names.
    """
    where = f"link {shown(name)}"
    visuals, collisions = element.findall("visual"), element.findall("collision")
    if max(len(visuals), len(collisions)) > MOST_SHAPES:
        raise WorldError(f"{where} has more than {MOST_SHAPES} shapes")
    contact = element.find("contact")
    return Link(
        visuals=[read_visual(each, where, materials, find) for each in visuals],
        collisions=[_collision(each, where, find) for each in collisions],
        inertial=_inertial(element.find("inertial"), where),
        contact={} if contact is None else _contact(contact, where),
    )


def _collision(element: ET.Element, where: str, find: Callable[[str], Path]) -> Collision:
    geometry = read_geometry(element, f"{where}, collision", find)
    concave = element.get("concave", "no").strip().lower() in ("yes", "true", "1")
    return Collision(origin(element, where), geometry, concave)


def _inertial(element: ET.Element | None, where: str) -> Inertial | None:
    if element is None:
        return None
    (mass,) = numbers(element.find("mass"), "value", 1, f"{where}, mass")
    if not 0 <= mass <= MOST:
        raise WorldError(f"{where}: its mass must be from 0 to {MOST:g} kg, not {mass:g}")
    terms = element.find("inertia")
    xx, xy, xz, yy, yz, zz = (
        numbers(terms, key, 1, f"{where}, inertia", (0.0,))[0]
        for key in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
    )
    if not 0 <= min(xx, yy, zz) <= max(xx, yy, zz) <= MOST:
        least = min((xx, yy, zz), key=lambda value: (0 <= value <= MOST, value))
        raise WorldError(f"{where}: its inertia must be from 0 to {MOST:g} kg m^2, not {least:g}")
    inertia = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return Inertial(origin(element, where), mass, inertia)


def _contact(element: ET.Element, where: str) -> dict[str, str]:
    """What Bullet reads of ``<contact>``; an anchor has no value."""
    said = {}
    for child in element:
        if child.tag in CONTACT:
            (value,) = numbers(child, "value", 1, f"{where}, {child.tag}")
            said[child.tag] = repr(value)
        elif child.tag == "friction_anchor":
            said[child.tag] = ""
    return said
