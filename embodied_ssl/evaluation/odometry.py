"""Odometry: how far the camera went and turned between two frames, from their frozen features.

Ridge regression on the features of both frames; pairs of the training rooms teach it, pairs of the
test rooms judge it. ``blind`` is what the mean motion says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.moving import judge_all, open_rooms
from embodied_ssl.motion import mine_pairs

MOST = 6000  # pairs
METRICS = {
    "turn_degrees": ("turn, degrees", "{:.2f}"),
    "ahead_cm": ("ahead, cm", "{:.2f}"),
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
    cache = open_rooms(config)
    rng = np.random.default_rng(config.seed)
    pairs, chosen = {}, {}
    for split in ("train", "test"):
        pairs[split] = mine_pairs(cache, split)
        chosen[split] = rng.permutation(len(pairs[split]))[:MOST]
    truth = {split: pairs[split].motion[chosen[split]] for split in pairs}
    blind = errors(truth["train"].mean(axis=0), truth["test"])

    def judge(features: np.ndarray) -> dict[str, float]:
        def both(split: str) -> np.ndarray:
            ours = pairs[split], chosen[split]
            return np.hstack([features[ours[0].first[ours[1]]], features[ours[0].second[ours[1]]]])

        model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(0, 5, 6)))
        predicted = model.fit(both("train"), truth["train"]).predict(both("test"))
        scores = errors(predicted, truth["test"])
        return scores | {f"{name}_blind": value for name, value in blind.items()}

    counts = {f"{split} pairs": len(rows) for split, rows in chosen.items()}
    return judge_all(config, cache, judge, METRICS, "motion between two frames", counts)
