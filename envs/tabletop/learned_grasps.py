"""Grasps that a policy has learned (Supersizing Self-supervision, Pinto and Gupta, ICRA 2016)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, UInt8

from embodied_ssl_envs.tabletop.grasp import CROP
from embodied_ssl_envs.tabletop.perception import Region, pixel_on
from embodied_ssl_envs.tabletop.world import TabletopWorld

CANDIDATES = 4  # points of an object among which the policy chooses

GraspPolicy = Callable[[UInt8[np.ndarray, "N S S 3"]], Float[np.ndarray, "N 18"]]
"""Crops about N points -> the probability that a grasp there will hold, at each angle."""


class LearnedGrasps:
    """Of some random points of an object and all angles the grasp that a policy believes in most.

    Args:
        policy: says how probable success is.
        random: part of the grasps that stay random, so that the data show what the policy does not
            believe in too.
    """

    def __init__(self, policy: GraspPolicy, random: float):
        self.policy, self.random = policy, random

    def choose(
        self,
        world: Callable[[], TabletopWorld],
        rng: np.random.Generator,
        region: Region,
        pixel: np.ndarray,
        angle: int,
    ) -> tuple[np.ndarray, int]:
        """Where, pixel (2,) of the overhead image, and at which angle to grasp a region.

        Args:
            world: gives the world of the present episode.
            rng: of the explorer.
            region: that shall be grasped.
            pixel, angle: of a random grasp.
        """
        if rng.random() < self.random:
            return pixel, angle
        scene = world()
        drawn = [pixel, *(pixel_on(rng, region) for _ in range(CANDIDATES - 1))]
        # Where the grasp would be made; the record of one there has the same crop as `before`.
        pixels = [scene.reachable_pixel(each / scene.image_size) for each in drawn]
        crops = [scene.render(scene.crop(each, CROP)).rgb for each in pixels]
        probability = self.policy(np.stack(crops))
        best, angle = np.unravel_index(probability.argmax(), probability.shape)
        return pixels[best], int(angle)
