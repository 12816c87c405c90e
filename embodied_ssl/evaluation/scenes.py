"""Scene classification: the kind of an unseen room from frozen features of one frame.

With six labelled frames of each kind, drawn anew in every repeat, and with all of them; by a linear
classifier and by the nearest neighbours (the SUN and KITTI experiments of Jayaraman and Grauman).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.moving import judge_all, open_rooms

LABELLED = 6  # frames of each kind
REPEATS = 5
EVERY = 5  # frames: those half a second apart show other things
METRICS = {
    "linear_6": ("linear, 6 a kind", "{:.3f}"),
    "linear_6_spread": ("its spread", "{:.3f}"),
    "knn_6": ("kNN, 6 a kind", "{:.3f}"),
    "knn_6_spread": ("its spread", "{:.3f}"),
    "linear_all": ("linear, all frames", "{:.3f}"),
    "knn_all": ("kNN, all frames", "{:.3f}"),
}


def few(kinds: np.ndarray, rng: np.random.Generator, count: int = LABELLED) -> np.ndarray:
    """Places of ``count`` frames of each kind among ``kinds`` (N,)."""
    drawn = [rng.permutation(np.flatnonzero(kinds == kind))[:count] for kind in np.unique(kinds)]
    return np.concatenate(drawn)


def classifiers() -> dict[str, Any]:
    """The two ways to tell kinds apart, both on standardised features."""
    return {
        "linear": make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300)),
        "knn": make_pipeline(StandardScaler(), KNeighborsClassifier(5, metric="cosine")),
    }


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``scene-classification``."""
    cache = open_rooms(config)
    kinds, sparse = cache.rows["kind"], cache.rows["step"] % EVERY == 0
    train, test = (
        np.flatnonzero(sparse & (cache.rows["split"] == split)) for split in ("train", "test")
    )

    def judge(features: np.ndarray) -> dict[str, float]:
        def accuracy(name: str, rows: np.ndarray) -> float:
            model = classifiers()[name].fit(features[rows], kinds[rows].astype(str))
            return float(model.score(features[test], kinds[test].astype(str)))

        scores = {}
        for name in classifiers():
            tries = [
                accuracy(name, train[few(kinds[train], np.random.default_rng([config.seed, i]))])
                for i in range(REPEATS)
            ]
            scores[f"{name}_6"] = float(np.mean(tries))
            scores[f"{name}_6_spread"] = float(np.std(tries, ddof=1))
            scores[f"{name}_all"] = accuracy(name, train)
        return scores

    rooms = cache.rows["instance"]
    counts = {
        "training rooms": len(set(rooms[train])),
        "training frames": len(train),
        "test rooms": len(set(rooms[test])),
        "test frames": len(test),
        "kinds": len(set(kinds)),
    }
    return judge_all(config, cache, judge, METRICS, "kinds of unseen rooms", counts)
