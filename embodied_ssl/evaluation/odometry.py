"""Odometry: how far the camera went and turned between two frames, from their frozen features.

Ridge regression on the features of both frames; pairs of the training rooms teach it, pairs of the
validation rooms choose the stage of the trunk, pairs of the test rooms judge it. ``blind`` is what
the mean motion says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.moving import Stages, best_stage, judge_all, last_stage, open_rooms
from embodied_ssl.motion import mine_pairs

MOST = 6000  # pairs
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


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``odometry``."""
    splits = ("train", "val", "test")
    cache = open_rooms(config, *splits)
    rng = np.random.default_rng(config.seed)
    ends, truth = {}, {}  # rows of both frames (P, 2) and the motion between them (P, 3)
    for split in splits:
        pairs = mine_pairs(cache, split)
        chosen = rng.permutation(len(pairs))[:MOST]
        ends[split] = np.stack([pairs.first[chosen], pairs.second[chosen]], axis=1)
        truth[split] = pairs.motion[chosen]
    scale = truth["train"].std(axis=0)

    def judge(name: str, stages: Stages) -> dict[str, Any]:
        def predicted(features: np.ndarray, split: str) -> np.ndarray:
            both = {s: features[ends[s]].reshape(len(ends[s]), -1) for s in ("train", split)}
            model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(0, 5, 6)))
            return model.fit(both["train"], truth["train"]).predict(both[split])

        def quality(features: np.ndarray) -> float:
            off = (predicted(features, "val") - truth["val"]) / scale
            return -float(np.abs(off).mean())

        stage = best_stage(stages, quality)
        scores = {"stage": stage} | errors(predicted(stages[stage], "test"), truth["test"])
        last = errors(predicted(last_stage(stages), "test"), truth["test"])
        blind = errors(truth["train"].mean(axis=0), truth["test"])
        scores |= {f"{name}_last": value for name, value in last.items()}
        return scores | {f"{name}_blind": value for name, value in blind.items()}

    counts = {f"{split} pairs": len(rows) for split, rows in ends.items()}
    rows = np.concatenate([rows.ravel() for rows in ends.values()])
    return judge_all(config, cache, rows, judge, METRICS, "motion between two frames", counts)
