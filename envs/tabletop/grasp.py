"""Grasp: descend at a point, close, lift, shake; the label is whether the hand still holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from embodied_ssl_envs.panda import FINGERTIP, HOME, OPENING, pointing_down, turned
from embodied_ssl_envs.tabletop.look_around import look_around
from embodied_ssl_envs.tabletop.perception import nearest_region, surface_point
from embodied_ssl_envs.tabletop.world import CLEARANCE, TRAVEL_STEPS, TabletopWorld

GRASP_ANGLES = 18
"""Bins of the grasp angle: 0, 10, ... 170 degrees counter-clockwise from the image's u axis."""
CROP = 0.16  # metres across the crop about the grasp
DEPTH = 0.03  # metres below the visible surface to which the fingertips go
LOWEST = FINGERTIP + 0.002  # metres above the table
MARGIN = 1.5  # width of a view over the object's diameter
HELD_GAP = 0.001  # metres; fingers that have closed on nothing are nearer than this
SIDEWAYS = 1.2  # radians of the first joint by which the arm turns aside to carry


@dataclass(frozen=True)
class Held:
    """What the robot knows about the object that it holds."""

    track: str
    """Names the object among all that the robot has held: this grasp and the look that follows."""
    center: np.ndarray
    """Centre of the object, (3,) metres, in the frame of the fingertips."""
    diameter: float
    """Metres, as seen from above."""
    lying: np.ndarray | None = None
    """(S, S, 3) uint8, the object on the table, about as wide as in the views of a look; None
    unless the world is asked for it."""


def closing_direction(world: TabletopWorld, angle: int) -> float:
    """World yaw, radians, along which the fingers close for a grasp angle of the image."""
    right, up, _ = world.scene.overhead.axes
    theta = np.pi * angle / GRASP_ANGLES
    direction = np.cos(theta) * right + np.sin(theta) * up
    return float(np.arctan2(direction[1], direction[0]))


def grasp(
    world: TabletopWorld, pixel: np.ndarray, angle: int, track: str
) -> tuple[dict[str, Any], Held | None]:
    """Try to grasp at a pixel of the overhead image.

    Args:
        pixel: (u, v) of the overhead image.
        angle: bin of the closing direction, 0 to ``GRASP_ANGLES - 1``.
        track: the name under which the object is known if it is held.

    Returns:
        the record's columns that a grasp fills, and what is held afterwards.
    """
    arm = world.arm
    before = world.render(crop := world.crop(pixel, CROP))
    point = surface_point(world.overhead, world.scene.overhead, pixel)
    body = world.nearest_object(point)
    labels = world.labels(body, crop)
    region = nearest_region(world.regions(), pixel)
    diameter = max(region.diameter, float(point[2])) if region else 0.0
    lying = None
    if region is not None and world.object_crops:
        lying = world.render(world.crop(region.center, MARGIN * diameter)).rgb
    around = {}
    if world.wrist_views:
        views = [] if region is None else look_around(world, region, world.wrist_views)
        around = {"around": views}
    orientation = pointing_down(closing_direction(world, angle))
    wrist = world.hover(point, orientation)
    depth = max(point[2] - DEPTH, LOWEST)
    arm.move_tip((point[0], point[1], depth), orientation, TRAVEL_STEPS)
    position, rotation = arm.tip_pose()
    held = None
    if region is not None:
        middle = world.scene.overhead.on_plane(region.center, point[2] / 2)
        held = Held(track, rotation.T @ (middle - position), diameter, lying)
    arm.grip(0.0, 50)
    arm.move_tip((point[0], point[1], CLEARANCE), orientation, TRAVEL_STEPS)
    _shake(world)
    success = holds(world)
    if success:
        # Carried aside, it is out of the overhead camera's sight.
        arm.move_joints(turned(HOME, np.copysign(SIDEWAYS, point[1])), TRAVEL_STEPS)
        success = holds(world)
    if not success:
        arm.grip(OPENING, 10)
        world.retract()
        held = None
    return {
        **before.columns("before"),
        **wrist.columns("wrist"),
        **around,
        "angle": angle,
        "crop_width": CROP,
        "success": success,
        "track": held.track if held else "",
        **labels,
    }, held


def holds(world: TabletopWorld) -> bool:
    """Whether both fingers touch an object between them."""
    return bool(world.arm.opening > HELD_GAP and world.arm.held_bodies())


def _shake(world: TabletopWorld) -> None:
    """Move the wrist and the elbow back and forth to test the grasp."""
    rest = world.arm.target
    for sign in (1, -1, 0):
        world.arm.move_joints(rest + sign * np.array([0.12, 0, 0, 0, 0, 0.15, 0]), 24)
