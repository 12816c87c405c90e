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

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np

from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.rooms.room import Room, draw_lamp
from embodied_ssl_envs.rooms.room_builder import HEIGHT, RoomBuilder, inward_box
from embodied_ssl_envs.rooms.scene_file import SceneFile, fingerprint, read_scenes
from embodied_ssl_envs.rooms.scene_space import add_bodies, free_space
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.things import Thing
from embodied_ssl_envs.urdf import check_urdfs
from embodied_ssl_envs.urdf.sandbox import Sandbox

BEYOND = 0.05  # metres from the boundary, which is invisible, to the visible walls
UNDER = 0.003  # metres from the shell's floor up to the scene's, so that the two do not flicker
FLOORS, WALLS = ("wood", "weave", "mottle"), ("mottle", "stripes")


class Scenes:
    """The scenes of a folder in turn, under a light drawn for each episode.

    Args:
        path: of the folder (see ``scene_file``).
        splits: how several scenes are split.
        sandbox: in which bodies are tried; one of its own if None.

    Raises:
        WorldError: for files that are wrong, bodies that do not load, and no free space.
    """

    def __init__(
        self, path: str | Path, splits: Splits | None = None, sandbox: Sandbox | None = None
    ):
        with nullcontext(sandbox) if sandbox else Sandbox() as ours:
            self._scenes = [_checked(scene, ours) for scene in read_scenes(path)]
            self._spaces = [free_space(scene, ours) for scene in self._scenes]
        names = [_name(scene) for scene in self._scenes]
        several = len(names) > 1
        self._splits = (splits or Splits()).of_all(names) if several else {names[0]: "train"}

    @property
    def fingerprint(self) -> str:
        """Changes when a file of the scenes does."""
        return fingerprint(self._scenes)

    def build(self, simulation: Simulation, rng: np.random.Generator, episode: int) -> Room:
        """Add the scene of an episode to an empty simulation."""
        turn = episode % len(self._scenes)
        scene, space = self._scenes[turn], self._spaces[turn]
        bodies = add_bodies(simulation, scene)
        names = [Path(body.urdf).stem for body in scene.bodies]
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
            area=np.stack([space.low, space.high]),
            places=space.places,
            headings=space.headings,
            light=draw_lamp(rng),
            things={b: Thing(n, f"{n}/{b}") for b, n in zip(bodies, names, strict=True)},
            sight=float(np.linalg.norm(high - low)),
        )


def _name(scene: SceneFile) -> str:
    return f"scene/{scene.file.parent.name}"


def _checked(scene: SceneFile, sandbox: Sandbox) -> SceneFile:
    """The scene with bodies that have been prepared for Bullet."""
    files = list(dict.fromkeys(body.urdf for body in scene.bodies))
    known = {each.source: each.require() for each in check_urdfs(files, False, sandbox)}
    bodies = [
        replace(body, path=known[body.urdf].path, digest=known[body.urdf].digest)
        for body in scene.bodies
    ]
    return replace(scene, bodies=tuple(bodies))
