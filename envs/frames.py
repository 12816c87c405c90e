"""What a camera sees, and by which light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.geometry import Vector

DEPTH_UNITS = 5000  # a metre, as in the TUM RGB-D benchmark
SAMPLED_AT = (-0.5, 0.5)  # pixels from its centre: TinyRenderer samples the lower left corner
FARTHEST = np.iinfo(np.uint16).max / DEPTH_UNITS  # metres that a record can hold


@dataclass(frozen=True)
class Light:
    """A directional light with TinyRenderer's coefficients."""

    direction: Vector = (0.4, 0.3, 1.0)
    """From the scene towards the lamp, world frame."""
    color: Vector = (1.0, 1.0, 1.0)
    ambient: float = 0.6
    diffuse: float = 0.5
    specular: float = 0.05
    shadow: bool = False


@dataclass(frozen=True)
class Frame:
    """The images that a camera rendered."""

    rgb: np.ndarray
    """(S, S, 3) uint8."""
    depth: np.ndarray
    """(S, S) float32, metres along the optical axis."""
    segmentation: np.ndarray | None
    """(S, S) int32 body ids, -1 for nothing; None unless asked for."""
    keeps_depth: bool = False
    """Whether its depth belongs into records."""
    camera: Camera | None = None
    """That rendered it."""

    @property
    def intrinsics(self) -> np.ndarray:
        """fx, fy, cx, cy of what was rendered, (4,) pixels: those of the camera, shifted so that
        the centre of a pixel, at .5, is where the renderer sampled it."""
        return self.camera.intrinsics - (0, 0, *SAMPLED_AT)

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """Of a record: the image by its name and, if it is kept, ``<name>_depth``, (S, S) uint16 in
        fifths of a millimetre, 0 where it is beyond ``FARTHEST``."""
        if not self.keeps_depth:
            return {name: self.rgb}
        units = np.rint(self.depth * DEPTH_UNITS)
        near = np.where(units <= np.iinfo(np.uint16).max, units, 0)
        return {name: self.rgb, f"{name}_depth": near.astype(np.uint16)}
