"""The readers of files that are simulated: objects and scenes, tried in a sandbox."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from embodied_ssl.errors import UserError
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.urdf_model import urdf_model
from embodied_ssl_envs.rooms.scenes import Scenes
from embodied_ssl_envs.urdf import check_urdfs
from embodied_ssl_envs.urdf.sandbox import Sandbox
from fuzzing.data_targets import noise
from fuzzing.targets import Target, target

LINK = """
<link name="{name}">
  <inertial><origin xyz="0 0 0"/><mass value=".1"/>
    <inertia ixx="1e-4" ixy="0" ixz="0" iyy="1e-4" iyz="0" izz="1e-4"/></inertial>
  <visual><origin xyz="0 0 0" rpy="0 0 .1"/><geometry>{shape}</geometry>
    <material name="red"><color rgba="1 .2 .1 1"/></material></visual>
  <collision><origin xyz="0 0 0" rpy="0 0 .1"/><geometry>{shape}</geometry></collision>
  <contact><lateral_friction value=".6"/></contact>
</link>"""
JOINT = """
<joint name="lid" type="{kind}"><parent link="base"/><child link="top"/><origin xyz="0 0 .05"/>
  <axis xyz="0 0 1"/><limit lower="0" upper="1" effort="1" velocity="1"/></joint>"""
BOX, MESH = '<box size=".06 .05 .04"/>', '<mesh filename="brick.obj" scale="{0} {0} {0}"/>'
CORNERS = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
QUADS = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4)]
SCENE = """kind: office
bodies:
- {urdf: body.urdf, position: [2, 0, 0.5], orientation: [0, 0, 30], scale: 1.0}
- {urdf: body.urdf, position: [-1, 1, 0.5]}
starts:
- {position: [0, 0], heading: 90}
"""


def write_body(urdf: Path, scale: float, kind: str) -> None:
    """A URDF of two links with a mesh of two materials, one of which has a texture."""
    links = LINK.format(name="base", shape=MESH.format(scale)) + LINK.format(name="top", shape=BOX)
    urdf.write_text(f'<robot name="it">{links}{JOINT.format(kind=kind)}</robot>')
    lines = ["mtllib brick.mtl", *("v {} {} {}".format(*corner) for corner in CORNERS)]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    for number, quad in enumerate(QUADS):
        lines.append(f"usemtl {'plain' if number < 3 else 'printed'}")
        lines.append("f {}/1 {}/2 {}/3 {}/4".format(*quad))
    (urdf.parent / "brick.obj").write_text("\n".join(lines) + "\n")
    look = "newmtl plain\nKd .2 .4 .6\nnewmtl printed\nKd 1 1 1\nmap_Kd print.png\n"
    (urdf.parent / "brick.mtl").write_text(look)
    Image.fromarray(noise(0)).save(urdf.parent / "print.png")


class Simulated(Target):
    """Files that Bullet is given, in a process of its own."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)

    def memory(self) -> int:
        status = Path(f"/proc/{self.sandbox.pid}/status")
        if not status.exists():  # it has ended, or there is no such file system
            return 0
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024

    def files(self, folder: Path) -> list[Path]:
        return sorted(file for file in folder.rglob("*") if file.is_file())


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """What the worlds refuse, as the commands say it."""
    try:
        yield
    except WorldError as error:
        raise UserError(str(error)) from error


@target
class Urdfs(Simulated):
    """An object of the user's."""

    def make(self, folder: Path) -> None:
        (folder / "brick").mkdir()
        write_body(folder / "brick" / "brick.urdf", 0.03, "fixed")

    def read(self, folder: Path) -> Any:
        with refusing():
            urdf = folder / "brick" / "brick.urdf"
            (checked,) = check_urdfs([str(urdf)], movable=True, sandbox=self.sandbox)
            urdf_model("folder/brick/brick", checked, 1.0)


@target
class SceneFiles(Simulated):
    """A scene of the user's, its bodies among them."""

    def make(self, folder: Path) -> None:
        (folder / "scene.yaml").write_text(SCENE)
        write_body(folder / "body.urdf", 0.3, "revolute")

    def read(self, folder: Path) -> Any:
        with refusing():
            Scenes(folder, sandbox=self.sandbox)
