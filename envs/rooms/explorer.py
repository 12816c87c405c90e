"""The exploration policy: forwards where the depth image shows free space, with random turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.rooms.differential_drive import CLEARANCE

FASTEST = np.array([1.0, 1.5])  # m/s, rad/s
NEAR, CLEAR = 0.75, 1.1  # metres of clearance: to begin and to end an evasion
LANE = 0.3  # metres: half the width of the lane ahead
OBSTACLE = (CLEARANCE, 1.6)  # metres above the floor, between which a point is an obstacle
EVERY = 4  # pixels between the points that are used
MODES = {"ahead": 0.5, "left": 0.25, "right": 0.25}
LONGEST = 12  # frames in one mode

Policy = Callable[[Any, dict[str, Any]], np.ndarray | None]


def make_wanderer(camera: Callable[[], Camera], seed: int) -> Policy:
    """A policy that uses the depth image and the bump sensor only.

    Args:
        camera: gives the calibrated camera.
        seed: of the policy's own random numbers.

    Returns:
        a function of the observation and info that gives the next action, None at the end.
    """
    rng = np.random.default_rng(seed)
    mode, frames_left, speed, evading = "ahead", 0, np.zeros(2), 0

    def wander(observation: Any, info: dict[str, Any]) -> np.ndarray | None:
        nonlocal mode, frames_left, speed, evading
        if info["over"]:
            return None
        to_left, ahead, to_right = clearances(info["depth"], camera())
        if ahead < NEAR or info["bumped"]:
            evading = evading or (1 if to_left > to_right else -1)
        elif ahead > CLEAR:
            evading = 0
        if evading:
            frames_left = 0
            back = -0.3 if info["bumped"] else 0.0  # a touched obstacle is often too low to be seen
            return np.array([back, evading * rng.uniform(0.6, 1.0)], np.float32)
        if frames_left == 0:
            mode = str(rng.choice(list(MODES), p=list(MODES.values())))
            frames_left = int(rng.integers(3, LONGEST))
            turn = {"ahead": 0.0, "left": 1.0, "right": -1.0}[mode] * rng.uniform(0.4, 1.0)
            forward = rng.uniform(0.5, 1.0) if mode == "ahead" else rng.uniform(0.0, 0.4)
            speed = np.array([forward, turn])
        frames_left -= 1
        return np.clip(speed + rng.normal(0, 0.04, 2), (0, -1), 1).astype(np.float32)

    return wander


def with_tilting(policy: Policy, seed: int) -> Policy:
    """The policy with a third number, the tilt rate, which is random half of the time, else 0."""
    rng = np.random.default_rng((seed, 1))
    frames_left, tilt = 0, 0.0

    def tilting(observation: Any, info: dict[str, Any]) -> np.ndarray | None:
        nonlocal frames_left, tilt
        action = policy(observation, info)
        if action is None:
            return None
        if frames_left == 0:
            frames_left = int(rng.integers(3, LONGEST))
            tilt = rng.uniform(-1, 1) if rng.random() < 0.5 else 0.0
        frames_left -= 1
        return np.append(action, np.float32(tilt))

    return tilting


def clearances(depth: np.ndarray, camera: Camera) -> tuple[float, float, float]:
    """Metres to the nearest obstacle to the left, ahead and to the right.

    Args:
        depth: (S, S) metres along the optical axis.
        camera: that rendered it, without roll.
    """
    v, u = np.mgrid[: camera.size : EVERY, : camera.size : EVERY]
    seen = depth[v, u][..., None] * camera.rays(np.stack([u, v], axis=-1) + 0.5)
    height = seen[..., 2] + camera.eye[2]
    right, _, axis = camera.axes
    level = axis[:2] / np.linalg.norm(axis[:2])
    forward, aside = seen[..., :2] @ level, seen[..., :2] @ right[:2]
    obstacle = (height > OBSTACLE[0]) & (height < OBSTACLE[1])

    def nearest(where: np.ndarray) -> float:
        return float(forward[obstacle & where].min(initial=camera.far))

    return nearest(aside < -LANE), nearest(np.abs(aside) <= LANE), nearest(aside > LANE)
