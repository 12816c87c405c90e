"""Linear maps of features, one for each motion of the camera, fitted by least squares."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

RIDGE = 1e-3  # of the features' mean variance
LEAST = 0.01  # of the pairs moved the least: they weigh no more than the next one


def fit_map(
    before: Float[np.ndarray, "P D"], after: Float[np.ndarray, "P D"]
) -> Float[np.ndarray, "D D"]:
    """M' with after ~ before @ M', with a trace of ridge.

    Pairs weigh by the inverse of how far their features moved: that is how ``rho`` counts errors.
    """
    moved = np.linalg.norm(after - before, axis=1, keepdims=True)
    weight = 1 / np.maximum(moved, max(np.quantile(moved, LEAST), 1e-9))
    before, after = weight * before, weight * after
    gram = before.T @ before
    ridge = RIDGE * np.trace(gram) / len(gram) or 1.0  # of features that are zero everywhere
    return np.linalg.solve(gram + ridge * np.eye(len(gram)), before.T @ after)


def rho(
    before: Float[np.ndarray, "P D"],
    after: Float[np.ndarray, "P D"],
    predicted: Float[np.ndarray, "P D"],
) -> float:
    """The error of what is predicted over that of predicting no change, a mean over pairs."""
    error = np.linalg.norm(after - predicted, axis=1)
    changed = np.linalg.norm(after - before, axis=1)
    return float((error / np.maximum(changed, 1e-9)).mean())
