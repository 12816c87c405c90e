"""Reading a URDF file: every fault of it is a WorldError of one line, without the file's name."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.links import read_link
from embodied_ssl_envs.urdf.model import Joint, Robot
from embodied_ssl_envs.urdf.numbers import numbers, shown
from embodied_ssl_envs.urdf.references import resolve
from embodied_ssl_envs.urdf.shapes import Materials, origin

MOST_LINKS = 200
MOST_BYTES = 20_000_000  # of a URDF file
JOINTS = ("fixed", "revolute", "continuous", "prismatic")


def read_urdf(path: Path) -> Robot:
    """The tree of links that a file describes.

    Raises:
        WorldError: for what is no URDF, no tree, or has numbers that make no sense.
    """
    root = _parse(path)
    find: Callable[[str], Path] = lambda name: resolve(path, name)  # noqa: E731
    materials = Materials(root, find)
    links, joints = {}, []
    elements = root.findall("link")
    if not elements:
        raise WorldError("has no <link>")
    if len(elements) > MOST_LINKS:
        raise WorldError(f"has {len(elements)} links: at most {MOST_LINKS}")
    for element in elements:
        name = _name(element)
        if name in links:
            raise WorldError(f"has two links of the name {shown(name)}")
        links[name] = read_link(element, name, materials, find)
    for element in root.findall("joint"):
        joints.append(_joint(element, links))
    return _tree(links, joints)


def _parse(path: Path) -> ET.Element:
    if path.stat().st_size > MOST_BYTES:
        raise WorldError(f"is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        root = ET.fromstring(path.read_bytes().lstrip())
    except (ET.ParseError, ValueError, LookupError) as error:
        raise WorldError(f"is no XML: {error}") from error
    if root.tag != "robot":
        raise WorldError(f"is no URDF: it begins with <{shown(root.tag)}>, not with <robot>")
    return root


def _name(element: ET.Element) -> str:
    name = element.get("name")
    if not name:
        raise WorldError(f"has a <{element.tag}> without a name")
    return name


def _joint(element: ET.Element, links: dict) -> Joint:
    name = shown(_name(element))
    type_ = element.get("type", "")
    if type_ not in JOINTS:
        raise WorldError(f"joint {name} has the type {shown(type_)}: known are {', '.join(JOINTS)}")
    ends = []
    for tag in ("parent", "child"):
        end = element.find(tag)
        ends.append("" if end is None else end.get("link", ""))
        if ends[-1] not in links:
            raise WorldError(f"joint {name} has no {tag} of the name {shown(ends[-1])}")
    where = f"joint {name}"
    axis = numbers(element.find("axis"), "xyz", 3, where, (1.0, 0.0, 0.0))
    if not any(axis):
        raise WorldError(f"{where} has an axis without a direction")
    limit, dynamics = element.find("limit"), element.find("dynamics")
    return Joint(
        type=type_,
        parent=ends[0],
        child=ends[1],
        pose=origin(element, where),
        axis=axis,
        limit=None if limit is None else tuple(
            numbers(limit, key, 1, where, (0.0,))[0]
            for key in ("lower", "upper", "effort", "velocity")
        ),
        damping=abs(numbers(dynamics, "damping", 1, where, (0.0,))[0]),
        friction=abs(numbers(dynamics, "friction", 1, where, (0.0,))[0]),
    )  # fmt: skip


def _tree(links: dict, joints: list[Joint]) -> Robot:
    """Links and joints in order from the root outwards."""
    children: dict[str, list[Joint]] = {name: [] for name in links}
    held: set[str] = set()
    for joint in joints:
        if joint.child in held:
            raise WorldError(f"link {shown(joint.child)} is the child of two joints")
        held.add(joint.child)
        children[joint.parent].append(joint)
    roots = [name for name in links if name not in held]
    if len(roots) != 1:
        what = "no link without a parent" if not roots else (
            f"{len(roots)} links without a parent ({', '.join(map(shown, roots[:3]))})"
        )  # fmt: skip
        raise WorldError(f"has {what}: exactly one must be the root")
    ordered, found = [], [roots[0]]
    for name in found:  # grows while it is walked
        for joint in children[name]:
            ordered.append(joint)
            found.append(joint.child)
    if len(found) != len(links):
        lost = next(name for name in links if name not in found)
        raise WorldError(f"has a circle of joints about link {shown(lost)}")
    return Robot({name: links[name] for name in found}, ordered)
