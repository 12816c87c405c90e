"""Poke: press a point with the closed fingers and measure how the contact force grows."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_ssl_envs.panda import FINGERTIP, OPENING, pointing_down
from embodied_ssl_envs.simulation import TIME_STEP
from embodied_ssl_envs.tabletop.grasp import CROP, LOWEST
from embodied_ssl_envs.tabletop.perception import surface_point
from embodied_ssl_envs.tabletop.world import CLEARANCE, TRAVEL_STEPS, TabletopWorld

SPEED = 0.04  # m/s
ABOVE = 0.03  # metres above the visible surface at which the slow descent begins
DEEPEST = 0.015  # metres below it at which the descent ends at the latest
MOST_FORCE = 12.0  # newtons at which the descent ends
TOUCH = 0.05  # newtons at which contact begins


def poke(world: TabletopWorld, pixel: np.ndarray) -> dict[str, Any]:
    """Press down at a pixel of the overhead image until the force reaches ``MOST_FORCE``.

    Returns:
        the record's columns that a poke fills: the normal force on the fingertips at every step of
        ``TIME_STEP`` of the descent, and the line ``slope * t + intercept`` (N/s and N, t in
        seconds from the first touch) fitted to it by least squares.
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
    """Descend slowly along a straight line and return the force at every step, newtons."""
    arm = world.arm
    deepest = max(surface[2] - DEEPEST, LOWEST)
    steps = max(1, int((surface[2] + ABOVE - deepest) / SPEED / TIME_STEP))
    # Over 45 mm a straight line in joint angles is a straight line of the fingertip to 1.5 mm.
    first = arm.target
    last = arm.kinematics.solve((surface[0], surface[1], deepest), orientation)
    force = []
    for fraction in np.linspace(0, 1, steps + 1)[1:]:
        arm.servo(first + (last - first) * fraction)
        force.append(arm.fingertip_force())
        if force[-1] > MOST_FORCE:
            break
    return np.array(force, np.float32)


def fit_line(force: np.ndarray) -> tuple[float, float]:
    """Slope (N/s) and intercept (N) of the force over time from the first touch to the end."""
    touched = np.flatnonzero(force > TOUCH)
    if len(touched) == 0:
        return 0.0, 0.0
    felt = force[touched[0] :].astype(float)
    if len(felt) == 1:  # as hard as one step can tell: the force came from nothing in that step
        return float(felt[0] / TIME_STEP), 0.0
    slope, intercept = np.polyfit(np.arange(len(felt)) * TIME_STEP, felt, 1)
    return float(slope), float(intercept)
