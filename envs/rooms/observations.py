"""The observation: the frame of the camera on the base."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

from embodied_ssl_envs.frames import Frame


def observation_space(size: int, depth: bool, segmentation: bool) -> spaces.Dict:
    """The space of the observations: ``rgb`` and, if asked for, ``depth`` and ``segmentation``.

    Args:
        size: pixels along each side of an image.
        depth: observe depth too.
        segmentation: observe segmentation too.
    """
    entries: dict[str, spaces.Space] = {"rgb": spaces.Box(0, 255, (size, size, 3), np.uint8)}
    if depth:
        entries["depth"] = spaces.Box(0, np.inf, (size, size), np.float32)
    if segmentation:
        highest = np.iinfo(np.int32).max
        entries["segmentation"] = spaces.Box(-1, highest, (size, size), np.int32)
    return spaces.Dict(entries)


def observe(frame: Frame, space: spaces.Dict) -> dict[str, np.ndarray]:
    """The entries of the space from a frame."""
    return {name: getattr(frame, name) for name in space.spaces}
