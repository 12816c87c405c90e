"""How well each task is foreseen on objects that were never touched in training."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    r2_score,
    roc_auc_score,
)

METRICS = {
    "grasp_accuracy": ("grasp accuracy", "{:.3f}"),
    "grasp_ap": ("grasp AP", "{:.3f}"),
    "grasp_auc": ("grasp AUC", "{:.3f}"),
    "push_cm": ("push error, cm", "{:.2f}"),
    "poke_slope_r2": ("poke slope R²", "{:.3f}"),
    "poke_intercept_r2": ("poke intercept R²", "{:.3f}"),
    "identity_auc": ("identity AUC", "{:.3f}"),
}
"""name -> (title, format)."""


def grasp_metrics(probability: np.ndarray, success: np.ndarray) -> dict[str, float]:
    """Of the predicted probability (N,) of success at the executed angle against success (N,)."""
    scores = {"grasp_accuracy": accuracy_score(success, probability > 0.5)}
    if len(set(success.tolist())) == 2:
        scores["grasp_ap"] = average_precision_score(success, probability)
        scores["grasp_auc"] = roc_auc_score(success, probability)
    return scores


def push_error(predicted: np.ndarray, action: np.ndarray, crop_width: np.ndarray) -> float:
    """Mean distance, centimetres, of the predicted from the true start and end of a push.

    Args:
        predicted, action: (N, 4) u0, v0, u1, v1, where -1 to 1 spans the crop.
        crop_width: (N,) metres across the crop.
    """
    ends = (predicted - action).reshape(-1, 2, 2)
    metres = np.linalg.norm(ends, axis=2) * crop_width[:, None] / 2
    return float(100 * metres.mean())


def poke_metrics(predicted: np.ndarray, line: np.ndarray) -> dict[str, float]:
    """R2 of slope and intercept, (N, 2) each."""
    slope, intercept = r2_score(line, predicted, multioutput="raw_values")
    return {"poke_slope_r2": slope, "poke_intercept_r2": intercept}
