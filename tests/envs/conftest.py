"""Environments, objects and scenes that several tests need."""

import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import trimesh
import yaml

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.rooms.env import RoomsEnv

sys.path.insert(0, str(Path(__file__).parent))  # for urdfs.py, bars.py and the like

URDF = """<robot name="it"><link name="base">
<visual><origin xyz="{at}"/><geometry>{shape}</geometry></visual>
<collision concave="yes"><origin xyz="{at}"/><geometry>{shape}</geometry></collision>
</link></robot>"""

DOOR = """<robot name="door"><link name="post"/><link name="leaf">
<inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial>
<visual><origin xyz="0 .5 1"/><geometry><box size=".1 1 2"/></geometry></visual>
<collision><origin xyz="0 .5 1"/><geometry><box size=".1 1 2"/></geometry></collision></link>
<joint name="hinge" type="revolute"><parent link="post"/><child link="leaf"/><axis xyz="0 0 1"/>
<limit lower="-3" upper="3" effort="10" velocity="10"/></joint></robot>"""


class Writer:
    """Writes the files of a scene into a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.bodies = []
        folder.mkdir(parents=True, exist_ok=True)

    def box(self, name, size, position, **more):
        """A box that stands at a position."""
        shape = '<box size="{} {} {}"/>'.format(*size)
        return self.body(name, URDF.format(at=f"0 0 {size[2] / 2}", shape=shape), position, **more)

    def mesh(self, name, mesh, position, **more):
        """A mesh of trimesh, hollow if it is."""
        mesh.export(self.folder / f"{name}.obj")
        shape = f'<mesh filename="{name}.obj"/>'
        return self.body(name, URDF.format(at="0 0 0", shape=shape), position, **more)

    def door(self, position):
        """One that would swing."""
        return self.body("door", DOOR, position)

    def body(self, name, text, position, **more):
        (self.folder / f"{name}.urdf").write_text(text)
        self.bodies.append({"urdf": f"{name}.urdf", "position": list(position), **more})
        return self

    def room(self, width=5, depth=4):
        """A floor and four walls about the origin."""
        self.box("floor", (width, depth, 0.1), (0, 0, -0.1))
        for side in (-1, 1):
            self.box("long", (width, 0.1, 2.5), (0, side * depth / 2, 0))
            self.box("short", (0.1, depth, 2.5), (side * width / 2, 0, 0))
        return self

    def save(self, **more):
        """The folder, now with its ``scene.yaml``."""
        content = {"bodies": self.bodies, **more}
        (self.folder / "scene.yaml").write_text(yaml.safe_dump(content))
        return str(self.folder)


@pytest.fixture
def scene(tmp_path):
    """Begin a scene of a name."""
    return lambda name="flat": Writer(tmp_path / name)


@pytest.fixture
def make_rooms():
    """Build rooms or, with ``scene``, a scene of one's own; closed after the test."""
    made = []

    def build(**settings):
        made.append(RoomsEnv(**({"image_size": 48, "episodes": 80, "frames": 500} | settings)))
        return made[-1]

    yield build
    for env in made:
        env.close()


@pytest.fixture
def furnished(scene):
    """A room with a table, a ramp, a ball, a mug on a shelf of its own, and a door."""
    ramp = trimesh.convex.convex_hull(
        [(x, y, z) for x, z in ((0, 0), (1, 0), (1, 0.5)) for y in (-0.3, 0.3)]
    )
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.4)
    writer = scene().room().box("table", (1.0, 0.6, 0.7), (1.2, 1, 0), orientation=[0, 0, 30])
    writer.mesh("ramp", ramp, (0.8, -1.2, 0)).mesh("ball", ball, (-1.5, 1, 0.4))
    return writer.door((-1, -1.9, 0)).save()


@pytest.fixture
def outside():
    """A function: metres from points (N, 2) to the footprint of a piece, 0 within."""

    def distance(points, item):
        low, high = item.footprint
        return np.linalg.norm(np.maximum(0, np.maximum(low - points, points - high)), axis=1)

    return distance


@pytest.fixture(scope="session")
def household():
    return open_objects(["household"])


@pytest.fixture(scope="session", params=["household", "everyday"])
def models(request):
    """Six instances of every kind of a source."""
    objects = open_objects([request.param])
    return [objects.load(name) for name in objects.names("train", 6 * len(objects.kinds))]


@pytest.fixture
def tabletop():
    """Makes tabletops with one object, as ``bars.py`` has one."""
    from bars import SIZE

    made = []

    def build(bar):
        env = gymnasium.make("embodied_ssl/Tabletop-v0", image_size=SIZE, max_objects=1).unwrapped
        env.objects = bar
        made.append(env)
        _, info = env.reset(seed=3)
        return env, info

    yield build
    for env in made:
        env.close()
