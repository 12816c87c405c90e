"""The four interactions and the space of their parameters."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from gymnasium import spaces

from embodied_ssl_envs.tabletop.grasp import GRASP_ANGLES


class Interaction(IntEnum):
    """What the arm can do in one step."""

    GRASP = 0
    PUSH = 1
    POKE = 2
    LOOK = 3


def action_space() -> spaces.Dict:
    """An interaction with its parameters; points are fractions of the overhead image's side."""
    return spaces.Dict(
        interaction=spaces.Discrete(len(Interaction)),
        point=spaces.Box(0.0, 1.0, (2,), np.float32),
        angle=spaces.Discrete(GRASP_ANGLES),
        end=spaces.Box(0.0, 1.0, (2,), np.float32),
    )
