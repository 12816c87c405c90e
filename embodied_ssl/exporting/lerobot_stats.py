"""Statistics as LeRobot keeps them, exact: of numbers by sorting, of images by counting values."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}

Stats = dict[str, Any]
"""Name of a statistic -> lists of numbers."""


def stats_of(numbers: Float[np.ndarray, "N D"]) -> Stats:
    """Of numbers that are there: what is NaN does not count, and 0 stands where none is there."""
    ordered = np.sort(numbers, axis=0)  # NaN last
    there = np.isfinite(ordered)
    counts = there.sum(axis=0)
    zeros = np.where(there, ordered, 0.0)
    mean = zeros.sum(axis=0) / np.maximum(counts, 1)
    variance = (np.where(there, ordered - mean, 0.0) ** 2).sum(axis=0) / np.maximum(counts, 1)

    def quantile(q: float) -> Float[np.ndarray, " D"]:
        place = q * np.maximum(counts - 1, 0)
        low, high = (
            np.take_along_axis(zeros, each.astype(int)[None], axis=0)[0]
            for each in (np.floor(place), np.ceil(place))
        )
        return low + (high - low) * (place - np.floor(place))

    found = {"min": quantile(0.0), "max": quantile(1.0), "mean": mean, "std": np.sqrt(variance)}
    found |= {name: quantile(q) for name, q in QUANTILES.items()}
    return {name: values.tolist() for name, values in found.items()} | {
        "count": [int(counts.max(initial=0))]
    }


def histogram(image: UInt8[np.ndarray, "H W 3"]) -> Int[np.ndarray, "3 256"]:
    """How many pixels have each value, by channel."""
    channels = [cv2.calcHist([image], [channel], None, [256], [0, 256]) for channel in range(3)]
    return np.stack(channels).reshape(3, 256).astype(np.int64)


def image_stats(counts: Int[np.ndarray, "3 256"], images: int) -> Stats:
    """Of all pixels of so many images, values from 0 to 1, each statistic (3, 1, 1); zeros where
    there is no image."""
    values = np.arange(256) / 255
    total = np.maximum(counts.sum(axis=1), 1)
    summed = counts.cumsum(axis=1)
    mean = counts @ values / total
    variance = (counts * (values - mean[:, None]) ** 2).sum(axis=1) / total

    def quantile(q: float) -> Float[np.ndarray, " 3"]:
        """The value of the pixel at that place among all in order."""
        place = np.floor(q * (total - 1)).astype(np.int64)
        return values[(summed <= place[:, None]).sum(axis=1) % 256]

    found = {"min": quantile(0.0), "max": quantile(1.0), "mean": mean, "std": np.sqrt(variance)}
    found |= {name: quantile(q) for name, q in QUANTILES.items()}
    shaped = {name: numbers.reshape(3, 1, 1).tolist() for name, numbers in found.items()}
    return shaped | {"count": [images]}
