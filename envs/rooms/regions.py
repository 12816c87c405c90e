"""Connected regions of a binary grid."""

from __future__ import annotations

import cv2
import numpy as np


def largest_region(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cells of the largest connected region, empty if no cell is set.

    Args:
        mask: (R, C) bool; neighbours in all eight directions are connected.
    """
    count, regions, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return np.zeros(0, int), np.zeros(0, int)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    row, column = np.nonzero(regions == largest)
    return row, column
