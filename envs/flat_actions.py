"""Actions as one vector, for agents that know nothing but boxes."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


class FlatActions(gymnasium.ActionWrapper):
    """An env whose action is a vector with entries from -1 to 1.

    The parts of a ``Dict`` lie one after the other in its order. Numbers of a ``Box`` are scaled
    to its bounds; of a ``Discrete`` each choice has an entry, and the largest is taken. So agents
    of Stable-Baselines3, which have no dictionaries of actions, act on the tabletop.

    Args:
        env: with actions of ``Box``, ``Discrete``, or a ``Dict`` of them.

    Raises:
        TypeError: for another space of actions.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]):
        super().__init__(env)
        self._parts = self._listed(env.action_space)
        self._ends = np.cumsum([_entries(space) for space in self._parts.values()])
        self.action_space = spaces.Box(-1.0, 1.0, (int(self._ends[-1]),), np.float32)

    def action(self, action: np.ndarray) -> Any:
        """The action of the env that a vector stands for; what is beyond the bounds is clipped."""
        pieces = np.split(np.asarray(action, float).ravel(), self._ends[:-1])
        named = {
            name: _decoded(space, piece)
            for (name, space), piece in zip(self._parts.items(), pieces, strict=True)
        }
        return named if isinstance(self.env.action_space, spaces.Dict) else named[""]

    @staticmethod
    def _listed(space: spaces.Space) -> dict[str, spaces.Space]:
        parts = dict(space.spaces) if isinstance(space, spaces.Dict) else {"": space}
        for part in parts.values():
            if not isinstance(part, (spaces.Box, spaces.Discrete)):
                raise TypeError(f"actions of {part} cannot be put into a vector")
        return parts


def _entries(space: spaces.Space) -> int:
    return int(space.n) if isinstance(space, spaces.Discrete) else int(np.prod(space.shape))


def _decoded(space: spaces.Space, piece: np.ndarray) -> Any:
    if isinstance(space, spaces.Discrete):
        return int(space.start + piece.argmax())
    share = (np.clip(piece, -1, 1) + 1) / 2
    scaled = space.low.ravel() + share * (space.high - space.low).ravel()
    return scaled.reshape(space.shape).astype(space.dtype)
