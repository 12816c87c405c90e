"""A user's own scenes: bodies from files, in a shell of floor, walls and ceiling.

Episodes take place among the bodies of ``scene.yaml`` (its format is described in ``scene_file``),
or in turn in each folder that has such a file. Their names are ``scene/`` and the folder's name,
which determines the split (see ``objects/splits.py``); a scene that is the only one is train.

All bodies and joints are fixed. A mesh stops the base as its convex hull does unless its
``<collision>`` says ``concave="yes"``; a body without ``<collision>`` does not stop it. The floor
is at height 0: the base, a cylinder 0.4 m wide, rolls over what is lower than 5 cm and passes under
what is higher than 1.55 m. A scene without a floor is given one, 1.5 m wider than its bodies on
each side. Plain walls and a ceiling surround the scene, and the base cannot leave the bounding box
of the bodies, or that floor. Without ``starts``, an episode begins anywhere in the largest
connected region where the base touches nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embodied_ssl_envs.bullet import silence
from embodied_ssl_envs.objects.folders import load_urdf
from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.rooms.free_space import FreeSpace, find_free_space
from embodied_ssl_envs.rooms.room import Room, draw_lamp
from embodied_ssl_envs.rooms.room_builder import HEIGHT, RoomBuilder, inward_box
from embodied_ssl_envs.rooms.scene_file import SceneFile, fingerprint, read_scenes
from embodied_ssl_envs.simulation import Simulation

BEYOND = 0.05  # metres from the boundary, which is invisible, to the visible walls
UNDER = 0.003  # metres from the shell's floor up to the scene's, so that the two do not flicker
FLOORS, WALLS = ("wood", "weave", "mottle"), ("mottle", "stripes")
LOCK = 1e5  # N or N m of the motor that holds a joint


class Scenes:
    """The scenes of a folder in turn, under a light drawn for each episode.

    Args:
        path: of the folder (see ``scene_file``).
        splits: how several scenes are split.

    Raises:
        WorldError: for files that are wrong, bodies that do not load, and no free space.
    """

    def __init__(self, path: str | Path, splits: Splits | None = None):
        self._scenes = read_scenes(path)
        names = [_name(scene) for scene in self._scenes]
        several = len(names) > 1
        self._splits = (splits or Splits()).of_all(names) if several else {names[0]: "train"}
        simulation = Simulation()
        try:
            self._spaces = [_free_space(simulation, scene) for scene in self._scenes]
        finally:
            with silence():
                simulation.close()

    @property
    def fingerprint(self) -> str:
        """Changes when a file of the scenes does."""
        return fingerprint(self._scenes)

    def build(self, simulation: Simulation, rng: np.random.Generator, episode: int) -> Room:
        """Add the scene of an episode to an empty simulation."""
        turn = episode % len(self._scenes)
        scene, space = self._scenes[turn], self._spaces[turn]
        _add_bodies(simulation, scene)
        builder = RoomBuilder(simulation, rng)
        builder.add_boundary(space.low, space.high)
        # Far things last: the renderer skips pixels that are hidden already.
        lowest, highest = space.heights
        low = np.array([*(space.low - BEYOND), (lowest if space.floor else 0.0) - UNDER])
        high = np.array([*(space.high + BEYOND), max(highest, HEIGHT) + BEYOND])
        builder.add_shell(inward_box(low, high), FLOORS, WALLS)
        name = _name(scene)
        return Room(
            name=name,
            split=self._splits[name],
            kind=scene.kind,
            places=space.places,
            headings=space.headings,
            light=draw_lamp(rng),
            sight=float(np.linalg.norm(high - low)),
        )


def _name(scene: SceneFile) -> str:
    return f"scene/{scene.file.parent.name}"


def _free_space(simulation: Simulation, scene: SceneFile) -> FreeSpace:
    simulation.reset()
    return find_free_space(simulation.client, scene, _add_bodies(simulation, scene))


def _add_bodies(simulation: Simulation, scene: SceneFile) -> dict[int, str]:
    """Add the bodies of a scene to a simulation: id -> URDF file."""
    client, files = simulation.client, {}
    for each in scene.bodies:
        body = load_urdf(client, each.urdf, each.scale, True, each.position, each.orientation)
        for joint in range(client.getNumJoints(body)):
            client.setJointMotorControl2(body, joint, client.POSITION_CONTROL, 0.0, force=LOCK)
        files[body] = each.urdf
    return files
