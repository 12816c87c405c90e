"""A user's own scenes: bodies from files, a fence around them, and a hall that hides the void."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embodied_ssl_envs.bullet import silence
from embodied_ssl_envs.objects.folders import load_urdf
from embodied_ssl_envs.objects.splits import split_of
from embodied_ssl_envs.rooms.free_space import Ground, survey
from embodied_ssl_envs.rooms.room import Room, draw_lamp
from embodied_ssl_envs.rooms.room_builder import HEIGHT, Wardrobe, inside_of
from embodied_ssl_envs.rooms.scene_file import SceneFile, fingerprint, read_scenes
from embodied_ssl_envs.simulation import Simulation

BEYOND = 0.05  # metres from the fence to the walls of the hall, which show where it is
UNDER = 0.003  # metres that its floor is lower than it should be, so as not to flicker
FLOORS, WALLS = ("wood", "weave", "mottle"), ("mottle", "stripes")
LOCK = 1e5  # N or N m that hold a joint where it is


class Scenes:
    """The scenes of a folder in turn, each in another light every time.

    Args:
        path: of the folder (see ``scene_file``).

    Raises:
        WorldError: for files that are wrong, bodies that do not load, and no place to begin.
    """

    def __init__(self, path: str | Path):
        self._scenes = read_scenes(path)
        simulation = Simulation()
        try:
            self._grounds = [_survey(simulation, scene) for scene in self._scenes]
        finally:
            with silence():
                simulation.close()

    @property
    def fingerprint(self) -> str:
        """Changes when a file of the scenes does."""
        return fingerprint(self._scenes)

    def build(self, simulation: Simulation, rng: np.random.Generator, episode: int) -> Room:
        """Put the scene of an episode into an empty simulation."""
        turn = episode % len(self._scenes)
        scene, ground = self._scenes[turn], self._grounds[turn]
        _put_bodies(simulation, scene)
        wardrobe = Wardrobe(simulation, rng)
        wardrobe.fence(ground.low, ground.high)
        # Far things last: the renderer skips what lies behind.
        lowest, highest = ground.heights
        low = np.array([*(ground.low - BEYOND), (lowest if ground.floor else 0.0) - UNDER])
        high = np.array([*(ground.high + BEYOND), max(highest, HEIGHT) + BEYOND])
        wardrobe.line(inside_of(low, high), FLOORS, WALLS)
        name = f"scene/{scene.file.parent.name}"
        return Room(
            name=name,
            split=split_of(name) if len(self._scenes) > 1 else "train",
            kind=scene.kind,
            places=ground.places,
            headings=ground.headings,
            light=draw_lamp(rng),
            sight=float(np.linalg.norm(high - low)),
        )


def _survey(simulation: Simulation, scene: SceneFile) -> Ground:
    simulation.reset()
    return survey(simulation.client, scene, _put_bodies(simulation, scene))


def _put_bodies(simulation: Simulation, scene: SceneFile) -> dict[int, str]:
    """The file of each body, now in the simulation."""
    client, files = simulation.client, {}
    for each in scene.bodies:
        body = load_urdf(client, each.urdf, each.scale, True, each.position, each.orientation)
        for joint in range(client.getNumJoints(body)):
            client.setJointMotorControl2(body, joint, client.POSITION_CONTROL, 0.0, force=LOCK)
        files[body] = each.urdf
    return files
