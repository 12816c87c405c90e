"""The four interactions and the space of their parameters."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from gymnasium import spaces

from embodied_ssl_envs.tabletop.grasp import ANGLES


class Interaction(IntEnum):
    """What the arm can do in one step."""

    GRASP = 0
    PUSH = 1
    POKE = 2
    LOOK = 3


def action_space(image_size: int) -> spaces.Dict:
    """An interaction with its parameters; each interaction reads those it needs."""
    pixel = spaces.Box(0.0, float(image_size), (2,), np.float32)
    return spaces.Dict(
        interaction=spaces.Discrete(len(Interaction)),
        pixel=pixel,
        angle=spaces.Discrete(ANGLES),
        end=spaces.Box(0.0, float(image_size), (2,), np.float32),
    )
