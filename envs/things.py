"""What the bodies of a simulation are, and which of them each pixel of an image shows.

The simulator's own knowledge: labels for detection and segmentation, never seen by the robot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from embodied_ssl_envs.frames import Frame


@dataclass(frozen=True, eq=False)
class Thing:
    """One thing that has been added to a simulation, as one body or as several."""

    category: str
    instance: str
    """Its full name; two things of the same name are two."""


def annotations(column: str, frame: Frame, things: Mapping[int, Thing]) -> dict[str, Any]:
    """The columns of a record that say what an image of it shows; none without a segmentation.

    Args:
        column: name of the image.
        frame: with that image.
        things: by their bodies; other bodies are background.

    Returns:
        ``<column>_mask``, (S, S) uint8 (uint16 for more than 255 things), 0 for the background, and
        ``<column>_objects``, the things that are seen, with their numbers in the mask.
    """
    if frame.segmentation is None:
        return {}
    bodies, places = np.unique(frame.segmentation, return_inverse=True)
    seen = list(dict.fromkeys(things[body] for body in bodies.tolist() if body in things))
    number = {id(thing): place for place, thing in enumerate(seen, start=1)}
    numbers = [number[id(things[body])] if body in things else 0 for body in bodies.tolist()]
    dtype = np.uint8 if len(seen) < 256 else np.uint16
    return {
        f"{column}_mask": np.array(numbers, dtype)[places].reshape(frame.segmentation.shape),
        f"{column}_objects": [
            {"number": number[id(thing)], "category": thing.category, "instance": thing.instance}
            for thing in seen
        ],
    }
