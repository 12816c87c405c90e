"""The four interactions and the space of their parameters."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from gymnasium import spaces

from embodied_ssl_envs import arguments
from embodied_ssl_envs.errors import WorldError
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


NEEDS = {
    Interaction.GRASP: ("point", "angle"),
    Interaction.PUSH: ("point", "end"),
    Interaction.POKE: ("point",),
    Interaction.LOOK: (),
}
"""The entries that an interaction reads."""


def checked_action(action: Any) -> dict[str, Any]:
    """The entries of an action, each as its space has it.

    Raises:
        WorldError: for an entry that is unknown, not in its space, or needed and not there.
    """
    checked = arguments.checked_action(action_space(), action)
    missing = "interaction"
    if missing in checked:
        needs = NEEDS[checked["interaction"]]
        missing = next((name for name in needs if name not in checked), "")
    if missing:
        raise WorldError(f"the action must have its {missing}")
    return checked
