"""A light Franka Panda: the stock description, drawn with its collision meshes.

The stock visual meshes have some 60,000 triangles, and in a software renderer the cost of a frame
follows the triangles. The collision meshes keep the silhouette.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

SHELL = "0.92 0.92 0.9 1"
HAND = "0.32 0.33 0.35 1"
DARK_LINKS = ("panda_hand", "panda_leftfinger", "panda_rightfinger")


def light_panda(stock: Path) -> str:
    """The URDF text of a Panda that draws its collision meshes.

    Args:
        stock: ``panda.urdf`` as it comes with pybullet_data, its ``meshes`` folder beside it.
    """
    tree = ElementTree.parse(stock)
    for mesh in tree.iter("mesh"):
        name = Path(mesh.attrib["filename"]).name
        mesh.attrib["filename"] = str(stock.parent / "meshes" / "collision" / name)
    for link in tree.iter("link"):
        color = HAND if link.attrib["name"] in DARK_LINKS else SHELL
        for visual in link.iter("visual"):
            for old in visual.findall("material"):
                visual.remove(old)
            material = ElementTree.SubElement(
                visual, "material", name=f"{link.attrib['name']}_paint"
            )
            ElementTree.SubElement(material, "color", rgba=color)
    return ElementTree.tostring(tree.getroot(), encoding="unicode")
