"""How much moves in the image from one frame of an episode to the next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

SIDE = 32  # pixels: enough to tell much from little motion, and quick
FLOW = {
    "pyr_scale": 0.5, "levels": 2, "winsize": 9, "iterations": 2, "poly_n": 5, "poly_sigma": 1.1,
    "flags": 0,
}  # fmt: skip


def flow_magnitude(
    frames: UInt8[np.ndarray, "N S S 3"], places: Int[np.ndarray, " M"]
) -> Float[np.ndarray, " M-1"]:
    """Mean length of the optical flow (Farneback) from each frame to the one after it, as a part of
    the image's side.

    Args:
        frames: of a cache.
        places: of the frames, in order.
    """

    def small(place: int) -> np.ndarray:
        image = cv2.resize(frames[place], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)

    def length(pair: tuple[np.ndarray, np.ndarray]) -> float:
        flow = cv2.calcOpticalFlowFarneback(*pair, None, **FLOW)
        return float(np.linalg.norm(flow, axis=2).mean()) / SIDE

    with ThreadPoolExecutor() as pool:
        images = list(pool.map(small, places.tolist()))
        return np.array(list(pool.map(length, zip(images, images[1:], strict=False))), np.float32)
