"""The elements of a URDF file as Bullet reads them."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from embodied_ssl_envs.urdf.model import Geometry, Joint, Link, Pose

_NUMBER = itertools.count()
ATTRIBUTES = {
    "box": ("size",), "sphere": ("radius",), "cylinder": ("radius", "length"),
    "capsule": ("radius", "length"), "plane": ("normal",),
}  # fmt: skip


def link_element(name: str, link: Link, shapes: Iterable[ET.Element]) -> ET.Element:
    """``<link>`` with its inertial, which it must have, and its shapes."""
    element = ET.Element("link", name=name)
    if link.contact:
        contact = ET.SubElement(element, "contact")
        for tag, value in link.contact.items():
            ET.SubElement(contact, tag, {"value": value} if value else {})
    inertial = ET.SubElement(element, "inertial")
    inertial.append(_origin(link.inertial.pose))
    ET.SubElement(inertial, "mass", value=repr(link.inertial.mass))
    inertia, axes = link.inertial.inertia.tolist(), "xyz"
    terms = {
        f"i{axes[row]}{axes[column]}": repr(inertia[row][column])
        for row in range(3)
        for column in range(row, 3)
    }
    ET.SubElement(inertial, "inertia", terms)
    element.extend(shapes)
    return element


def shape_element(
    tag: str,
    pose: Pose,
    geometry: Geometry,
    color: ET.Element | None = None,
    concave: bool = False,
) -> ET.Element:
    """``<visual>`` or ``<collision>``; the file of a mesh is beside the URDF."""
    element = ET.Element(tag, {"concave": "yes"} if concave else {})
    element.append(_origin(pose))
    around = ET.SubElement(element, "geometry")
    if geometry.shape == "mesh":
        said = {"filename": geometry.file.name, "scale": _text(geometry.size)}
    elif len(ATTRIBUTES[geometry.shape]) == 1:
        said = {ATTRIBUTES[geometry.shape][0]: _text(geometry.size)}
    else:
        said = dict(zip(ATTRIBUTES[geometry.shape], map(repr, geometry.size), strict=True))
    ET.SubElement(around, geometry.shape, said)
    if color is not None:
        element.append(color)
    return element


def color_element(rgba: Sequence[float]) -> ET.Element:
    """``<material>`` of a colour, with a name of its own: Bullet goes by names."""
    element = ET.Element("material", name=f"color{next(_NUMBER)}")
    ET.SubElement(element, "color", rgba=_text(rgba))
    return element


def joint_element(name: str, joint: Joint, links: dict[str, str]) -> ET.Element:
    """``<joint>``.

    Args:
        name: of the joint.
        joint: that moves.
        links: the names of links in the new file, by those in the old one.
    """
    element = ET.Element("joint", name=name, type=joint.type)
    element.append(_origin(joint.pose))
    ET.SubElement(element, "parent", link=links[joint.parent])
    ET.SubElement(element, "child", link=links[joint.child])
    ET.SubElement(element, "axis", xyz=_text(joint.axis))
    if joint.limit is not None:
        keys = ("lower", "upper", "effort", "velocity")
        ET.SubElement(element, "limit", dict(zip(keys, map(repr, joint.limit), strict=True)))
    ET.SubElement(element, "dynamics", damping=repr(joint.damping), friction=repr(joint.friction))
    return element


def _origin(pose: Pose) -> ET.Element:
    return ET.Element("origin", xyz=_text(pose.xyz), rpy=_text(pose.rpy))


def _text(values: Iterable[float]) -> str:
    return " ".join(map(repr, values))
