"""Poke: press a point with the closed fingers and measure how the contact force grows."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_ssl_envs.panda import FINGERTIP, OPENING, pointing_down
from embodied_ssl_envs.simulation import TIME_STEP
from embodied_ssl_envs.tabletop.grasp import CROP, LOWEST
from embodied_ssl_envs.tabletop.perception import surface_point
from embodied_ssl_envs.tabletop.world import CLEARANCE, TRAVEL_STEPS, TabletopWorld

ABOVE = 0.03  # metres above the visible surface at which the search for it begins
DEEPEST = 0.015  # metres below it at which the descent ends at the latest
SEARCH_SPEED = 0.06  # m/s until the first touch, and back from it
BACK = 0.02  # metres that the fingers go back at the most until they feel nothing
MARGIN = 0.001  # metres further back, from where they press
REST_STEPS = 8  # in which the object comes to rest there
# At four times the speed the damping of a contact, which is felt with it at once, hides its
# stiffness, and hard things reach MOST_FORCE within two steps.
PRESS_SPEED = 0.01  # m/s
PRESSED = 0.01  # metres that the fingers press at the most
MOST_FORCE = 12.0  # newtons at which the press ends
TOUCH = 0.05  # newtons at which contact begins


def poke(world: TabletopWorld, pixel: np.ndarray) -> dict[str, Any]:
    """Find the surface at a pixel of the overhead image, then press it until ``MOST_FORCE``.

    Returns:
        the record's columns that a poke fills: the normal force on the fingertips at every step of
        ``TIME_STEP`` of the press, and the line ``slope * t + intercept`` (N/s and N, t in seconds
        from the first touch) fitted to it by least squares.
    """
    arm = world.arm
    before = world.render(crop := world.crop(pixel, CROP))
    point = surface_point(world.overhead, world.scene.overhead, pixel)
    labels = world.labels(world.nearest_object(point), crop)
    orientation = pointing_down(0.0)
    arm.grip(0.0, 1)
    wrist = world.hover(point, orientation)
    # The pad between the fingers reaches a little beyond the frame that the arm moves.
    surface = np.add(point, (0.0, 0.0, FINGERTIP))
    arm.move_tip(np.add(surface, (0.0, 0.0, ABOVE)), orientation, TRAVEL_STEPS)
    force = _press(world, surface, orientation)
    arm.move_tip((point[0], point[1], CLEARANCE), orientation, TRAVEL_STEPS)
    arm.grip(OPENING, 1)
    world.retract()
    slope, intercept = fit_line(force)
    return {
        **before.columns("before"),
        **wrist.columns("wrist"),
        "crop_width": CROP,
        "force": force.tolist(),
        "slope": slope,
        "intercept": intercept,
        **labels,
    }


def _press(world: TabletopWorld, surface: np.ndarray, orientation: np.ndarray) -> np.ndarray:
    """Touch, go back, and press slowly: the force at every step of the press, newtons.

    How deep the first touch begins is not known to a millimetre, and at the speed of the search its
    force is that of an impact. Where nothing is touched there is no press: one force of zero.
    """
    arm = world.arm
    deepest = max(surface[2] - DEEPEST, LOWEST)
    length = surface[2] + ABOVE - deepest
    # Over 45 mm a straight line in joint angles is a straight line of the fingertip to 1.5 mm.
    first = arm.target
    last = arm.kinematics.solve((surface[0], surface[1], deepest), orientation)

    def felt_at(depth: float) -> float:
        arm.servo(first + (last - first) * depth / length)
        return arm.fingertip_force()

    stride = SEARCH_SPEED * TIME_STEP
    depth = felt = 0.0
    while felt <= TOUCH:
        if depth >= length:
            return np.zeros(1, np.float32)
        depth = min(depth + stride, length)
        felt = felt_at(depth)
    highest = depth - BACK
    while felt > TOUCH and depth > highest:
        depth -= stride
        felt = felt_at(depth)
    depth -= MARGIN
    for _ in range(REST_STEPS):
        felt_at(depth)
    steps = int(min(PRESSED, length - depth) / PRESS_SPEED / TIME_STEP)
    force = []
    for step in range(1, steps + 1):
        force.append(felt_at(depth + step * PRESS_SPEED * TIME_STEP))
        if force[-1] > MOST_FORCE:
            break
    return np.array(force, np.float32)


def fit_line(force: np.ndarray) -> tuple[float, float]:
    """Slope (N/s) and intercept (N) of the force over time from the first touch to the end."""
    touched = np.flatnonzero(force > TOUCH)
    if len(touched) == 0:
        return 0.0, 0.0
    felt = force[touched[0] :].astype(float)
    if len(felt) == 1:
        if touched[0] > 0 and felt[0] > MOST_FORCE:
            # As hard as one step can tell: the force came from nothing in that step.
            return float(felt[0] / TIME_STEP), 0.0
        # The fingers are stuck and the press adds nothing, or it ended as they came to touch.
        return 0.0, float(felt[0])
    slope, intercept = np.polyfit(np.arange(len(felt)) * TIME_STEP, felt, 1)
    return float(slope), float(intercept)
