"""How far a number may be off, because other objects might have been drawn."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

REPEATS = 1000


def interval(
    right: Bool[np.ndarray, " N"] | Float[np.ndarray, " N"], group: Int[np.ndarray, " N"], seed: int
) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over images, of what is right or of a difference of two
    models, drawing whole groups (objects, rooms)."""
    _, place = np.unique(group, return_inverse=True)
    hits, sizes = np.bincount(place, right), np.bincount(place)
    drawn = np.random.default_rng(seed).integers(len(sizes), size=(REPEATS, len(sizes)))
    means = hits[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
