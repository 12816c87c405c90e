"""Checks of what a user passes to a world: every mistake is a WorldError that names it."""

from __future__ import annotations

import reprlib
from numbers import Integral
from typing import Any

import numpy as np
from gymnasium import spaces

from embodied_ssl_envs.errors import WorldError

IMAGE_SIZES = (8, 4096)  # pixels
ROUNDING = 1e-6  # of a float32 at the edge of a box


def check_image_size(size: object) -> None:
    """WorldError for an image that cannot be rendered."""
    check_whole("image_size", size, *IMAGE_SIZES)


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """WorldError for what is no whole number between two bounds."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        raise WorldError(
            f"{name} must be a whole number from {low:,} to {high:,}, not {reprlib.repr(value)}"
        )


def asked_episode(options: dict[str, Any] | None) -> int | None:
    """The number of the episode that ``reset`` is asked for, None for any."""
    number = (options or {}).get("episode")
    if number is not None:
        check_whole("the option episode", number, 0, 2**63 - 1)
    return number


def checked_action(space: spaces.Space, action: Any, name: str = "action") -> Any:
    """An action as its space has it: int, float array, or a dictionary of such.

    Args:
        space: ``Discrete``, ``Box`` or ``Dict`` of them.
        action: of the user; entries of a dictionary may be left out.
        name: of the action or of its entry, for the error.

    Raises:
        WorldError: for another type or shape, what is not finite, and what is out of range.
    """
    if isinstance(space, spaces.Dict):
        if not isinstance(action, dict) or not action.keys() <= space.spaces.keys():
            raise WorldError(
                f"the {name} must be a dictionary of {', '.join(space.spaces)}, "
                f"not {reprlib.repr(action)}"
            )
        return {
            key: checked_action(space[key], value, f"action's {key}")
            for key, value in action.items()
        }
    if isinstance(space, spaces.Discrete):
        value = action.item() if isinstance(action, np.ndarray) and action.ndim == 0 else action
        check_whole(f"the {name}", value, int(space.start), int(space.start + space.n) - 1)
        return int(value)
    return _numbers(space, action, name)


def _numbers(space: spaces.Box, action: Any, name: str) -> np.ndarray:
    low, high = float(space.low.min()), float(space.high.max())
    try:
        values = np.asarray(action)
        fits = values.shape == space.shape and values.dtype.kind in "iuf"
    except ValueError:  # lists of different lengths
        fits = False
    if not fits or not (low - ROUNDING <= values.min() and values.max() <= high + ROUNDING):
        many = " x ".join(map(str, space.shape))
        raise WorldError(
            f"the {name} must be {many} numbers from {low:g} to {high:g}, "
            f"not {reprlib.repr(action)}"
        )
    return np.clip(values.astype(float), low, high)
