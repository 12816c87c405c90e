"""URDF files and meshes that tests write."""

from pathlib import Path

import cv2
import numpy as np

INERTIA = '<inertia ixx="1e-4" iyy="1e-4" izz="1e-4" ixy="0" ixz="0" iyz="0"/>'
BOX = '<box size=".04 .06 .1"/>'
CUBE = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
QUADS = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4)]


def robot(*parts: str) -> str:
    return f'<robot name="it">{"".join(parts)}</robot>'


def inertial(mass: object = 0.1, inertia: str = INERTIA) -> str:
    return f'<inertial><mass value="{mass}"/>{inertia}</inertial>'


def shapes(
    geometry: str = BOX, visual: str | None = None, at: str = "0 0 0", look: str = ""
) -> str:
    """A ``<visual>`` and a ``<collision>``."""
    place = f'<origin xyz="{at}"/>'
    return (
        f"<visual>{place}<geometry>{visual or geometry}</geometry>{look}</visual>"
        f"<collision>{place}<geometry>{geometry}</geometry></collision>"
    )


def link(name: str = "base", *parts: str) -> str:
    return f'<link name="{name}">{"".join(parts)}</link>'


def joint(parent: str, child: str, kind: str = "fixed", at: str = "0 0 0", more: str = "") -> str:
    return (
        f'<joint name="{parent}-{child}" type="{kind}"><parent link="{parent}"/>'
        f'<child link="{child}"/><origin xyz="{at}"/>{more}</joint>'
    )


def mesh(name: str, scale: str = "1 1 1") -> str:
    return f'<mesh filename="{name}" scale="{scale}"/>'


def brick(geometry: str = BOX, **more: str) -> str:
    """A URDF of one link."""
    return robot(link("base", inertial(), shapes(geometry, **more)))


def cube(size: float = 0.05, head: str = "", faces: list | None = None, uv: bool = False) -> str:
    """An OBJ of a cube; ``faces`` are lines."""
    lines = [head, *(f"v {x * size} {y * size} {z * size}" for x, y, z in CUBE)]
    if uv:
        lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    corners = "f {0}/1 {1}/2 {2}/3 {3}/4" if uv else "f {} {} {} {}"
    return "\n".join(lines + (faces or [corners.format(*quad) for quad in QUADS])) + "\n"


def picture(path: Path, rgb: tuple[int, int, int]) -> None:
    cv2.imwrite(str(path), np.full((8, 8, 3), rgb[::-1], np.uint8))


def write(root: Path, text: str, name: str = "brick/0", files: dict | None = None) -> Path:
    """The object of a name in a folder, with files beside its URDF."""
    folder = root / name
    folder.mkdir(parents=True)
    for file, content in (files or {}).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "model.urdf").write_text(text)
    return folder / "model.urdf"
