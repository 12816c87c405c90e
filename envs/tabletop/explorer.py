"""The exploration policy: actions at the regions that background subtraction finds, random ones but
for grasps that a learned policy chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.tabletop.actions import Interaction
from embodied_ssl_envs.tabletop.grasp import GRASP_ANGLES
from embodied_ssl_envs.tabletop.perception import Region, find_regions, metres_per_pixel, pixel_on
from embodied_ssl_envs.tabletop.scene import REACH

SHARES = {Interaction.GRASP: 0.6, Interaction.PUSH: 0.2, Interaction.POKE: 0.2}
RUN_UP = 0.025  # metres between the object and the start of a push
PUSHED = (0.03, 0.08)  # metres past the near side of the object at which a push ends

Action = dict[str, Any]
Grasp = tuple[np.ndarray, int]
"""A pixel (2,) of the overhead image, and an angle."""
Policy = Callable[[dict[str, np.ndarray], dict[str, Any]], Action | None]


def make_explorer(
    camera: Callable[[], Camera],
    seed: int,
    choose: Callable[[np.random.Generator, Region, np.ndarray, int], Grasp] | None = None,
) -> Policy:
    """A policy that acts on images only, without the simulator's state.

    Args:
        camera: gives the calibrated overhead camera.
        seed: of the policy's own random numbers.
        choose: the grasp of a region, given the policy's random numbers and a random grasp, which
            it is by default.

    Returns:
        a function of the observation and info that gives the next action, None when the tray is
        clear.
    """
    rng = np.random.default_rng(seed)

    def explore(observation: dict[str, np.ndarray], info: dict[str, Any]) -> Action | None:
        if info["holding"]:
            return _action(Interaction.LOOK)
        regions = find_regions(info["foreground"], camera())
        if not regions:
            return None
        region = regions[rng.integers(len(regions))]
        interaction = rng.choice(list(SHARES), p=list(SHARES.values()))
        if interaction == Interaction.PUSH:
            start, end = _push_line(rng, region, camera()) / camera().size
            return _action(Interaction.PUSH, start, end=end)
        pixel, angle = pixel_on(rng, region), int(rng.integers(GRASP_ANGLES))
        if choose is not None and interaction == Interaction.GRASP:
            pixel, angle = choose(rng, region, pixel, angle)
        return _action(Interaction(interaction), pixel / camera().size, angle=angle)

    return explore


def _action(
    interaction: Interaction,
    point: np.ndarray | None = None,
    angle: int = 0,
    end: np.ndarray | None = None,
) -> Action:
    nowhere = np.zeros(2)
    return {
        "interaction": int(interaction),
        "point": np.float32(nowhere if point is None else point),
        "angle": angle,
        "end": np.float32(nowhere if end is None else end),
    }


def _push_line(rng: np.random.Generator, region: Region, camera: Camera) -> np.ndarray:
    """Pixels (2, 2) of start and end of a push of the region in a random direction."""
    scale = metres_per_pixel(camera)
    for _ in range(16):
        theta = rng.uniform(0, 2 * np.pi)
        direction = np.array([np.cos(theta), np.sin(theta)])
        near_side = ((region.pixels - region.center) @ direction).min()
        reach = near_side + np.array([-RUN_UP, rng.uniform(*PUSHED)]) / scale
        line = region.center + reach[:, None] * direction
        places = camera.on_plane(line, height=0.0)[:, :2]
        if ((places > REACH[0]) & (places < REACH[1])).all():
            break
    return np.clip(line, 0, camera.size)
