"""What a person would say of objects: colours, materials, and how they lie to each other.

The simulator's own knowledge: words for captions, never seen by the robot.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from embodied_ssl_envs.objects.model import ObjectModel

Key = TypeVar("Key", bound=Hashable)


def description(model: ObjectModel, relation: str = "", neighbor: str = "") -> dict[str, str]:
    """The ``description`` of a record.

    Args:
        model: of the object.
        relation, neighbor: how it lies to which other object.
    """
    return {
        "color": model.color,
        "material": model.material.name if model.color else "",  # of a file neither is known
        "relation": relation,
        "neighbor": neighbor,
    }


def relations(
    places: Mapping[Key, np.ndarray], categories: Mapping[Key, str]
) -> dict[Key, tuple[str, str]]:
    """How each object lies to the nearest other one, and the category of that one.

    Args:
        places: (u, v) of each object in an image: u grows to the right, v down.
        categories: of each object.

    Returns:
        ("left of", "mug") and the like; ("", "") where there is no other object.
    """
    found = {}
    for key, place in places.items():
        others = {other: place - there for other, there in places.items() if other != key}
        if not others:
            found[key] = ("", "")
            continue
        nearest = min(others, key=lambda other: float(np.linalg.norm(others[other])))
        right, down = others[nearest]
        if abs(right) >= abs(down):
            relation = "right of" if right > 0 else "left of"
        else:
            relation = "in front of" if down > 0 else "behind"
        found[key] = (relation, categories[nearest])
    return found
