"""Odometry: how far the camera went and turned between two frames, from their frozen features.

A small perceptron on the principal components of both frames, because motion is a matter of how
they differ, which no linear function of them tells. Pairs of the training rooms teach it, pairs of
the validation rooms choose the stage of the trunk, pairs of the test rooms judge it. ``blind`` is
what the mean motion says.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.moving import Stages, best_stage, judge_all, open_rooms
from embodied_ssl.motion import SECONDS, mine_pairs

MOST = 6000  # pairs
DIMS = 64  # of the features of a frame, after PCA
METRICS = {
    "stage": ("stage chosen", "{}"),
    "turn_degrees": ("turn, degrees", "{:.2f}"),
    "ahead_cm": ("ahead, cm", "{:.2f}"),
    "turn_degrees_last": ("turn, last stage", "{:.2f}"),
    "ahead_cm_last": ("ahead, last stage", "{:.2f}"),
    "turn_degrees_blind": ("turn, blind", "{:.2f}"),
    "ahead_cm_blind": ("ahead, blind", "{:.2f}"),
}


def errors(predicted: np.ndarray, motion: np.ndarray) -> dict[str, float]:
    """Mean absolute error of the turn in degrees and of the way ahead in centimetres.

    Args:
        predicted, motion: (P, 3) metres ahead, metres to the left, radians.
    """
    off = np.abs(predicted - motion).mean(axis=0)
    return {"turn_degrees": float(np.degrees(off[2])), "ahead_cm": float(100 * off[0])}


def regressor() -> TransformedTargetRegressor:
    """Features of two frames to the motion between them, each number in units of its spread."""
    perceptron = MLPRegressor(
        hidden_layer_sizes=(256,), alpha=1e-2, early_stopping=True, max_iter=80, random_state=0
    )
    return TransformedTargetRegressor(
        make_pipeline(StandardScaler(), perceptron), transformer=StandardScaler()
    )


def learn(
    features: Float[np.ndarray, "N D"],
    ends: Int[np.ndarray, "P 2"],
    motion: Float[np.ndarray, "P 3"],
) -> Callable[[np.ndarray], np.ndarray]:
    """Rows of two frames (Q, 2) -> the motion between them (Q, 3), learned from such pairs."""
    pca = PCA(min(DIMS, features.shape[1], len(ends)), random_state=0).fit(features[ends[:, 0]])

    def both(ends: np.ndarray) -> np.ndarray:
        return np.hstack([pca.transform(features[rows]) for rows in ends.T])

    with warnings.catch_warnings():
        # Early stopping or the last pass ends it, whichever comes first: the same for all models.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = regressor().fit(both(ends), motion)
    return lambda ends: model.predict(both(ends))


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``odometry``."""
    splits = ("train", "val", "test")
    cache = open_rooms(config, *splits)
    rng = np.random.default_rng(config.seed)
    ends, truth = {}, {}  # rows of both frames (P, 2) and the motion between them (P, 3)
    for split in splits:
        pairs = mine_pairs(cache, split, SECONDS)
        chosen = rng.permutation(len(pairs))[:MOST]
        ends[split] = np.stack([pairs.first[chosen], pairs.second[chosen]], axis=1)
        truth[split] = pairs.motion[chosen]
    scale = truth["train"].std(axis=0)

    def judge(name: str, stages: Stages) -> dict[str, Any]:
        predict = {stage: learn(z, ends["train"], truth["train"]) for stage, z in stages.items()}

        def quality(stage: str) -> float:
            off = (predict[stage](ends["val"]) - truth["val"]) / scale
            return -float(np.abs(off).mean())

        def scores(stage: str) -> dict[str, float]:
            return errors(predict[stage](ends["test"]), truth["test"])

        stage, last = best_stage(stages, quality), list(stages)[-1]
        blind = errors(truth["train"].mean(axis=0), truth["test"])
        return (
            {"stage": stage}
            | scores(stage)
            | {f"{name}_last": value for name, value in scores(last).items()}
            | {f"{name}_blind": value for name, value in blind.items()}
        )

    counts = {f"{split} pairs": len(rows) for split, rows in ends.items()}
    rows = np.concatenate([rows.ravel() for rows in ends.values()])
    return judge_all(config, cache, rows, judge, METRICS, "motion between two frames", counts)
