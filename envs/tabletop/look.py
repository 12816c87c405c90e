"""Look: show the held object to a camera in some poses, then drop it beside the table.

The camera is on a boom that turns with the arm's first joint, so each pose has another side of the
room in the background and another lamp: only the object is the same in all views.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.panda import OPENING, turned
from embodied_ssl_envs.tabletop.grasp import MARGIN, Held, holds
from embodied_ssl_envs.tabletop.world import TRAVEL_STEPS, TabletopWorld

MOST_POSES = 10
SHOWING = np.array([0.0, 0.0, 0.0, -2.0, 0.0, 2.2, np.pi / 4])  # the hand high before the arm
REACHING_OUT = np.array([0.0, 0.7, 0.0, -2.0, 0.0, 2.2, np.pi / 4])
WIDEST = 2.2  # radians of the first joint to either side; five poses are 60 degrees apart
EYE = np.array([0.35, -0.55, 0.65])  # metres, in the frame that turns with the first joint
ASIDE = 2.1  # radians of the first joint at which a dropped object misses the table
SHOW_STEPS = 140  # from pose to pose: within the arm's real limit of 2.2 rad/s
FALL_STEPS = 60


def look(world: TabletopWorld, held: Held, poses: int) -> dict[str, Any]:
    """Show the held object, then drop it beside the table.

    Args:
        world: of the episode.
        held: what the hand holds.
        poses: in which it is shown.

    Returns:
        the record's columns that a look fills: a view (S, S, 3) of the object in each pose, fewer
        if it slips out of the hand; and how it lay on the table, if the world was asked for that.
    """
    arm, rng = world.arm, world.rng
    bodies = arm.held_bodies() & set(world.objects)
    labels = world.labels(min(bodies, default=None))
    azimuths = np.linspace(-WIDEST, WIDEST, poses) if poses > 1 else np.zeros(1)
    if arm.target[0] > 0:  # begin with the nearer side
        azimuths = azimuths[::-1]
    views = []
    for azimuth in azimuths:
        jitter = rng.uniform(-1, 1, 7) * [0.02, 0.1, 0.0, 0.1, 0.35, 0.45, 1.2]
        joints = turned(SHOWING, azimuth) + jitter
        arm.move_joints(joints, SHOW_STEPS)
        if not holds(world):  # it has slipped out of the hand
            break
        camera = _boom_camera(world, held)
        views.append(world.simulation.render(camera, world.scene.lamp_behind(camera), False).rgb)
    _put_away(world)
    lying = {} if held.lying is None else {"lying": held.lying}
    return {"views": views, "track": held.track, **lying, **labels}


def _boom_camera(world: TabletopWorld, held: Held) -> Camera:
    """The camera on the boom, pointed and zoomed at the object's estimated position."""
    position, rotation = world.arm.tip_pose()
    target = position + rotation @ held.center
    azimuth = world.arm.joints[0]
    eye = Rotation.from_euler("z", azimuth).apply(EYE)
    width = MARGIN * held.diameter * world.rng.uniform(0.85, 1.15)
    fov = 2 * np.degrees(np.arctan(width / 2 / np.linalg.norm(target - eye)))
    up = (*world.rng.uniform(-0.15, 0.15, 2).tolist(), 1.0)
    return Camera(tuple(eye.tolist()), tuple(target.tolist()), up, float(fov), world.image_size)


def _put_away(world: TabletopWorld) -> None:
    """Release the object beside the table."""
    arm = world.arm
    arm.move_joints(turned(REACHING_OUT, np.copysign(ASIDE, arm.target[0])), TRAVEL_STEPS)
    arm.grip(OPENING, FALL_STEPS)
    world.retract()
