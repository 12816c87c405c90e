"""How well the outcome of each interaction is predicted: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    r2_score,
    roc_auc_score,
)

from embodied_ssl.evaluation.recall import normalized

Truth = dict[str, np.ndarray]
"""Columns of all samples of an interaction."""


@dataclass(frozen=True)
class InteractionScore:
    """What is measured of one interaction."""

    measure: Callable[[np.ndarray, Truth], dict[str, float]]
    """What was predicted of all samples, and their columns -> metrics."""
    target: str | None = None
    """The column whose mean over the training samples predicts the same for every image."""


def grasp_metrics(
    probability: Float[np.ndarray, " N"], success: Bool[np.ndarray, " N"]
) -> dict[str, float]:
    """Of the predicted probability of success at the executed angle; ranks need both outcomes."""
    scores = {"grasp_accuracy": accuracy_score(success, probability > 0.5)}
    if len(set(success.tolist())) == 2:
        scores["grasp_ap"] = average_precision_score(success, probability)
        scores["grasp_auc"] = roc_auc_score(success, probability)
    return scores


def push_error(
    predicted: Float[np.ndarray, "N 4"],
    action: Float[np.ndarray, "N 4"],
    crop_width: Float[np.ndarray, " N"],
) -> float:
    """Mean distance, centimetres, of the predicted from the true start and end of a push."""
    return float(push_errors(predicted, action, crop_width).mean())


def push_errors(
    predicted: Float[np.ndarray, "N 4"],
    action: Float[np.ndarray, "N 4"],
    crop_width: Float[np.ndarray, " N"],
) -> Float[np.ndarray, " N"]:
    """The same of each push.

    Args:
        predicted, action: u0, v0, u1, v1, where -1 to 1 spans the crop.
        crop_width: metres across the crop.
    """
    ends = (predicted - action).reshape(-1, 2, 2)
    metres = np.linalg.norm(ends, axis=2) * crop_width[:, None] / 2
    return 100 * metres.mean(axis=1)


def poke_metrics(
    predicted: Float[np.ndarray, "N 2"], line: Float[np.ndarray, "N 2"]
) -> dict[str, float]:
    """R2 of slope and intercept."""
    slope, intercept = r2_score(line, predicted, multioutput="raw_values")
    return {"poke_slope_r2": float(slope), "poke_intercept_r2": float(intercept)}


def identity_auc(z1: Float[np.ndarray, "N D"], z2: Float[np.ndarray, "N D"]) -> float:
    """Area under the ROC of the cosine, views of one object against views of two.

    Args:
        z1, z2: row i of both shows object i.
    """
    cosine = normalized(z1) @ normalized(z2).T
    return float(roc_auc_score(np.eye(len(cosine), dtype=bool).ravel(), cosine.ravel()))


def _grasp(predicted: np.ndarray, truth: Truth) -> dict[str, float]:
    return grasp_metrics(predicted, truth["success"].astype(bool))


def _push(predicted: np.ndarray, truth: Truth) -> dict[str, float]:
    return {"push_cm": push_error(predicted[:, :4], truth["action"][:, :4], truth["crop_width"])}


def _poke(predicted: np.ndarray, truth: Truth) -> dict[str, float]:
    return poke_metrics(predicted, truth["line"])


def _identity(predicted: np.ndarray, truth: Truth) -> dict[str, float]:
    return {"identity_auc": identity_auc(*np.split(predicted, 2, axis=1))}


SCORES: dict[str, InteractionScore] = {
    "grasp": InteractionScore(_grasp, target="success"),
    "push": InteractionScore(_push, target="action"),
    "poke": InteractionScore(_poke, target="line"),
    "identity": InteractionScore(_identity),
}
"""Interaction -> what is measured of it."""
