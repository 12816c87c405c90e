"""Odometry: how far the camera went and turned between two frames, from their frozen features.

A small perceptron on the principal components of both frames, because motion is a matter of how
they differ, which no linear function of them tells. Pairs of the training rooms teach it, pairs of
the validation rooms choose the stage of the trunk, pairs of the test rooms judge it. Chance is the
mean motion.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Int
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.embedding import principal
from embodied_ssl.evaluation.rooms import RoomsProtocol, best_stage
from embodied_ssl.motion import SECONDS, mine_pairs
from embodied_ssl.progress import each

MOST = 6000  # pairs
DIMS = 64  # of the features of a frame, after PCA


class Odometry(RoomsProtocol):
    """The motion between two frames, regressed from their features, in unseen rooms."""

    title = "motion between two frames"
    splits = ("train", "val", "test")
    metrics: ClassVar = {
        "stage": Metric("stage chosen", "{}"),
        "turn_degrees": Metric("turn, degrees", "{:.2f}"),
        "ahead_cm": Metric("ahead, cm", "{:.2f}"),
        "turn_degrees_last": Metric("turn, last stage", "{:.2f}"),
        "ahead_cm_last": Metric("ahead, last stage", "{:.2f}"),
        "turn_degrees_chance": Metric("turn, chance", "{:.2f}"),
        "ahead_cm_chance": Metric("ahead, chance", "{:.2f}"),
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        self.open(source, image_size)
        rng = np.random.default_rng(seed)
        self.ends: dict[str, np.ndarray] = {}  # split -> rows of both frames (P, 2)
        self.motion: dict[str, np.ndarray] = {}  # split -> what is between them (P, 3)
        for split in self.splits:
            pairs = mine_pairs(self.cache, split, SECONDS)
            chosen = rng.permutation(len(pairs))[:MOST]
            self.ends[split] = np.stack([pairs.first[chosen], pairs.second[chosen]], axis=1)
            self.motion[split] = pairs.motion[chosen]
        self.look_at(np.concatenate([rows.ravel() for rows in self.ends.values()]))
        self.counts = {f"{split} pairs": len(rows) for split, rows in self.ends.items()}

    def judge(self, model: Model) -> dict[str, Any]:
        stages, ends, motion = self.stages(model), self.ends, self.motion
        predict = {
            stage: learn(z, ends["train"], motion["train"])
            for stage, z in each(stages.items(), f"{model.name}: motion", "stages")
        }
        scale = motion["train"].std(axis=0)

        def quality(stage: str) -> float:
            off = (predict[stage](ends["val"]) - motion["val"]) / scale
            return -float(np.abs(off).mean())

        def scores(stage: str) -> dict[str, float]:
            return errors(predict[stage](ends["test"]), motion["test"])

        stage, last = best_stage(stages, quality), list(stages)[-1]
        chance = errors(motion["train"].mean(axis=0), motion["test"])
        return (
            {"stage": stage}
            | scores(stage)
            | {f"{name}_last": value for name, value in scores(last).items()}
            | {f"{name}_chance": value for name, value in chance.items()}
        )


def errors(
    predicted: Float[np.ndarray, "*P 3"], motion: Float[np.ndarray, "P 3"]
) -> dict[str, float]:
    """Mean absolute error of the turn in degrees and of the way ahead in centimetres.

    Args:
        predicted, motion: metres ahead, metres to the left, radians.
    """
    off = np.abs(predicted - motion).mean(axis=0)
    return {"turn_degrees": float(np.degrees(off[2])), "ahead_cm": float(100 * off[0])}


def regressor() -> TransformedTargetRegressor:
    """Features of two frames to the motion between them, each number in units of its deviation."""
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
    dims = min(DIMS, features.shape[1], len(ends))
    pca = principal(PCA(dims, random_state=0), features[ends[:, 0]])

    def both(ends: np.ndarray) -> np.ndarray:
        return np.hstack([pca.transform(features[rows]) for rows in ends.T])

    with warnings.catch_warnings():
        # Early stopping or the last pass ends it, whichever comes first: the same for all models.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = regressor().fit(both(ends), motion)
    return lambda ends: model.predict(both(ends))
