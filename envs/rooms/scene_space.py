"""The free space of a scene, found once in a sandbox and remembered by what is in the scene."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from embodied_ssl_envs.cache import cached
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.rooms.free_space import FreeSpace, find_free_space
from embodied_ssl_envs.rooms.scene_file import Body, SceneFile, Start
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.urdf.loading import load_urdf
from embodied_ssl_envs.urdf.sandbox import Ended, Killed, Sandbox

VERSION = 1  # of what is remembered
SECONDS = 300  # of processor time
LOCK = 1e5  # N or N m of the motor that holds a joint
FUNCTION = "embodied_ssl_envs.rooms.scene_space:find_in_scene"


def free_space(scene: SceneFile, sandbox: Sandbox) -> FreeSpace:
    """The free space of a scene, whose bodies have been checked.

    Raises:
        WorldError: for a scene in which no base can move, and one that ends Bullet.
    """
    bodies = [asdict(replace(body, urdf="", path="")) for body in scene.bodies]
    starts = [asdict(start) for start in scene.starts]
    key = hashlib.sha256(json.dumps([bodies, starts]).encode()).hexdigest()[:32]

    def find() -> bytes:
        content = {**asdict(scene), "file": str(scene.file)}
        try:
            found = sandbox.call(FUNCTION, content, seconds=SECONDS)
        except (Ended, Killed) as error:
            raise WorldError(f"{scene.file}: {error}") from error
        return json.dumps(found).encode()

    found = json.loads(Path(cached(f"scenes-{VERSION}/{key}.json", find)).read_bytes())
    headings = found["headings"]
    return FreeSpace(
        low=np.array(found["low"]),
        high=np.array(found["high"]),
        floor=found["floor"],
        heights=tuple(found["heights"]),
        places=np.array(found["places"]).reshape(-1, 2),
        headings=None if headings is None else np.array(headings),
    )


def find_in_scene(content: dict[str, Any]) -> dict[str, Any]:
    """The free space of a scene, both as plain values: what the sandbox does."""
    scene = SceneFile(
        Path(content["file"]),
        content["kind"],
        tuple(Body(**body) for body in content["bodies"]),
        tuple(Start(**start) for start in content["starts"]),
    )
    simulation = Simulation()
    try:
        space = find_free_space(simulation.client, scene, add_bodies(simulation, scene))
    finally:
        simulation.close()
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in vars(space).items()
    }


def add_bodies(simulation: Simulation, scene: SceneFile) -> dict[int, str]:
    """Add the bodies of a scene to a simulation: id -> the user's URDF file."""
    client, files = simulation.client, {}
    for each in scene.bodies:
        body = load_urdf(client, each.path, each.scale, True, each.position, each.orientation)
        for joint in range(client.getNumJoints(body)):
            client.setJointMotorControl2(body, joint, client.POSITION_CONTROL, 0.0, force=LOCK)
        files[body] = each.urdf
    return files
