"""What a person would say of objects: colours, materials, and how they lie to each other.

The simulator's own knowledge: words for captions, never seen by the robot.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from embodied_ssl_envs.objects.model import ObjectModel

Key = TypeVar("Key", bound=Hashable)


def description(model: ObjectModel) -> dict[str, str]:
    """The ``description`` of a record, as far as it is of the object alone."""
    known = model.color  # of a file neither is known
    return {"color": known, "material": model.material.name if known else ""}


def relation(place: np.ndarray, others: Mapping[Key, np.ndarray]) -> tuple[str, Key | None]:
    """How an object lies to the nearest other one.

    Args:
        place: (u, v) of the object in an image: u grows to the right, v down.
        others: of other objects.

    Returns:
        "left of" and the like, and which other one; "" and None where there is none.
    """
    if not others:
        return "", None
    nearest = min(others, key=lambda other: float(np.linalg.norm(place - others[other])))
    right, down = place - others[nearest]
    if abs(right) >= abs(down):
        return "right of" if right > 0 else "left of", nearest
    return "in front of" if down > 0 else "behind", nearest
