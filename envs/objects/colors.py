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
    "green": [(75, 145, 70), (60, 80, 40), (42, 157, 143), (120, 170, 160), (96, 108, 56)],
    "blue": [(45, 100, 170), (30, 55, 90), (38, 70, 83), (150, 205, 220)],
    "purple": [(110, 70, 145)],
    "pink": [(245, 155, 175)],
    "brown": [(120, 80, 50), (80, 40, 35), (206, 160, 108), (226, 194, 148)],
}
"""Examples of each, RGB."""
NAMES = list(TERMS)
EXAMPLES = np.array([rgb for examples in TERMS.values() for rgb in examples], np.float32)
TERM_OF = np.repeat(np.arange(len(TERMS)), [len(examples) for examples in TERMS.values()])


def color_name(colors: np.ndarray) -> str:
    """The commonest term of some colours: each has that of the nearest example in CIELAB.

    Args:
        colors: (N, 3) RGB, 0 to 255.
    """
    asked, examples = (
        cv2.cvtColor(np.float32(each)[None] / 255, cv2.COLOR_RGB2LAB)[0]
        for each in (colors, EXAMPLES)
    )
    distances = np.linalg.norm(asked[:, None] - examples, axis=2)
    terms = TERM_OF[distances.argmin(axis=1)]
    return NAMES[int(np.bincount(terms, minlength=len(TERMS)).argmax())]
