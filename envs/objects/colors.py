"""Names of colours: the eleven basic colour terms (Berlin and Kay, 1969)."""

from __future__ import annotations

import cv2
import numpy as np

TERMS = {
    "black": [(30, 30, 32)],
    "gray": [(130, 132, 134), (90, 92, 96), (185, 190, 196)],
    "white": [(235, 235, 230)],
    "red": [(190, 40, 45), (201, 24, 74)],
    "orange": [(230, 130, 40), (188, 108, 37)],
    "yellow": [(235, 200, 70)],
    "green": [(75, 145, 70), (60, 80, 40)],
    "blue": [(45, 100, 170), (30, 55, 90), (150, 205, 220)],
    "purple": [(110, 70, 145)],
    "pink": [(245, 155, 175)],
    "brown": [(120, 80, 50), (80, 40, 35)],
}
"""Examples of each, RGB."""
NAMES = [name for name, examples in TERMS.items() for _ in examples]
EXAMPLES = [example for examples in TERMS.values() for example in examples]


def color_name(color: np.ndarray) -> str:
    """The term of the nearest example in CIELAB.

    Args:
        color: (3,) RGB, 0 to 255.
    """
    colors = np.array([color, *EXAMPLES], np.float32)[None] / 255
    asked, *examples = cv2.cvtColor(colors, cv2.COLOR_RGB2LAB)[0]
    distances = np.linalg.norm(np.array(examples) - asked, axis=1)
    return NAMES[int(distances.argmin())]
