"""The observation: the frames of the overhead and the wrist camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from gymnasium import spaces

from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.tabletop.world import TabletopWorld


@dataclass(frozen=True)
class Observer:
    """The entries of an observation and their space."""

    size: int
    """Pixels along each side of an image."""
    depth: bool
    segmentation: bool

    def space(self) -> spaces.Dict:
        """The space of the observations."""
        size = self.size
        entries: dict[str, spaces.Space] = {}
        for camera in ("overhead", "wrist"):
            entries[camera] = spaces.Box(0, 255, (size, size, 3), np.uint8)
            if self.depth:
                entries[f"{camera}_depth"] = spaces.Box(0, np.inf, (size, size), np.float32)
            if self.segmentation:
                highest = np.iinfo(np.int32).max
                entries[f"{camera}_segmentation"] = spaces.Box(-1, highest, (size, size), np.int32)
        return spaces.Dict(entries)

    def observe(self, world: TabletopWorld) -> dict[str, np.ndarray]:
        """The frame of the last look down and the current frame of the wrist camera."""
        wrist = world.arm.wrist_camera(self.size)
        overhead = world.render(segmentation=True) if self.segmentation else world.overhead
        return self._entries("overhead", overhead) | self._entries(
            "wrist", world.render(wrist, self.segmentation)
        )

    def _entries(self, camera: str, frame: Frame) -> dict[str, np.ndarray]:
        entries = {camera: frame.rgb}
        if self.depth:
            entries[f"{camera}_depth"] = frame.depth
        if self.segmentation:
            entries[f"{camera}_segmentation"] = frame.segmentation
        return entries
