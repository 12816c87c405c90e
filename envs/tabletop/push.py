"""Push: sweep the closed fingers from a start to an end."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_ssl_envs.geometry import wrapped
from embodied_ssl_envs.panda import OPENING, pointing_down
from embodied_ssl_envs.simulation import STEPS_PER_SECOND
from embodied_ssl_envs.tabletop.perception import nearest_region, surface_point
from embodied_ssl_envs.tabletop.world import CLEARANCE, TRAVEL_STEPS, TabletopWorld

CROP = 0.24  # metres across the crop about the pushed object
HEIGHT = (0.012, 0.05)  # metres above the table of the fingertips, half as high as the object
SPEED = 0.25  # m/s
REST_STEPS = 40  # until pushed objects are at rest
MOVED = 0.002  # metres of displacement from which an object counts as pushed


def push(world: TabletopWorld, start: np.ndarray, end: np.ndarray) -> dict[str, Any]:
    """Push from one pixel of the overhead image to another.

    Returns:
        the record's columns that a push fills. The action's five numbers are the start and the end
        in the crop's coordinates (u to the right, v down, -1 to 1 from side to side) and the height
        of the fingertips in metres.
    """
    arm, overhead = world.arm, world.scene.overhead
    region = nearest_region(world.regions(), end)
    middle = (start + end) / 2 if region is None else region.center
    camera = world.crop(middle, CROP)
    before = world.render(camera)
    top = surface_point(world.overhead, overhead, middle)[2]
    height = float(np.clip(top / 2, *HEIGHT))
    first, last = overhead.on_plane(np.stack([start, end]), height)
    orientation = pointing_down(np.arctan2(*(last - first)[1::-1]) + np.pi / 2)
    poses = world.poses()
    arm.grip(0.0, 1)
    wrist = world.hover(first, orientation)
    arm.move_tip(first, orientation, TRAVEL_STEPS)
    distance = float(np.linalg.norm(last - first))
    arm.move_tip(last, orientation, max(30, int(STEPS_PER_SECOND * distance / SPEED)))
    arm.move_tip((last[0], last[1], CLEARANCE), orientation, TRAVEL_STEPS)
    arm.grip(OPENING, 1)
    world.retract()
    world.simulation.step(REST_STEPS)
    after = world.render(camera)
    body, displacement = _most_moved(world, poses)
    if np.linalg.norm(displacement[:2]) < MOVED:
        body = world.nearest_object((first + last) / 2)
    ends = 2 * camera.project(np.stack([first, last])) / camera.size - 1
    return {
        **before.columns("before"),
        **after.columns("after"),
        **wrist.columns("wrist"),
        "push": [*ends.ravel().tolist(), height],
        "crop_width": CROP,
        "displacement": displacement,
        **world.labels(body, camera),
    }


def _most_moved(world: TabletopWorld, poses: dict) -> tuple[int | None, list[float]]:
    """The object that the push moved most, and its dx, dy in metres and turn in radians."""
    moved: dict[int, list[float]] = {}
    for body, (position, yaw) in world.poses().items():
        dx, dy, _ = position - poses[body][0]
        turn = wrapped(yaw - poses[body][1])
        moved[body] = [float(dx), float(dy), float(turn)]
    if not moved:
        return None, [0.0, 0.0, 0.0]
    body = max(moved, key=lambda body: np.hypot(*moved[body][:2]))
    return body, moved[body]
