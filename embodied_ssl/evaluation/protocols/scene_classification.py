"""Scene classification: the kind of an unseen room from frozen features of one frame.

With six labelled frames of each kind, drawn anew in every repeat, and with all of them; by a linear
classifier and by the nearest neighbours (the SUN and KITTI experiments of Jayaraman and Grauman).
The stage of the trunk is the one that is best with six labels on the validation rooms; what the
last stage gives, which nobody chose, is said too.

Draws of six differ in luck, but all models have the same draws: how far the first run is ahead of
another model is a mean over the draws of the difference in each, with the spread of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.models import run_folders
from embodied_ssl.evaluation.moving import Stages, best_stage, judge_all, last_stage, open_rooms
from embodied_ssl.motion import CLOCK
from embodied_ssl.sampling.labelled import few_of_each

FEW = 6  # labelled frames of each kind
REPEATS = 5
SPLITS = ("train", "val", "test")
EVERY = 0.5  # seconds: frames so far apart show other things
METRICS = {
    "stage": ("stage chosen", "{}"),
    "linear_6": ("linear, 6 a kind", "{:.3f}"),
    "linear_6_spread": ("its spread", "{:.3f}"),
    "knn_6": ("kNN, 6 a kind", "{:.3f}"),
    "knn_6_spread": ("its spread", "{:.3f}"),
    "linear_all": ("linear, all frames", "{:.3f}"),
    "knn_all": ("kNN, all frames", "{:.3f}"),
    "last_linear_6": ("last stage: linear, 6", "{:.3f}"),
    "last_linear_6_spread": ("its spread", "{:.3f}"),
    "last_linear_all": ("last stage: linear, all", "{:.3f}"),
    "linear_6_lead": ("first run ahead, 6 a kind", "{:.3f}"),
    "linear_6_lead_spread": ("its spread", "{:.3f}"),
    "last_linear_6_lead": ("last stage: first run ahead", "{:.3f}"),
    "last_linear_6_lead_spread": ("its spread", "{:.3f}"),
}


def classifiers() -> dict[str, Any]:
    """The two ways to tell kinds apart, both on standardised features."""
    return {
        "linear": make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300)),
        "knn": make_pipeline(StandardScaler(), KNeighborsClassifier(5, metric="cosine")),
    }


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``scene-classification``."""
    cache = open_rooms(config, *SPLITS)
    kinds, time = cache.rows["kind"].astype(str), cache.rows["time"] + CLOCK
    moments = np.stack([cache.rows["episode"], time // EVERY])
    _, sparse = np.unique(moments, axis=1, return_index=True)
    of = {split: sparse[cache.rows["split"][sparse] == split] for split in SPLITS}
    labelled = [
        of["train"][few_of_each(kinds[of["train"]], np.random.default_rng([config.seed, i]), FEW)]
        for i in range(REPEATS)
    ]

    def judge(name: str, stages: Stages) -> dict[str, Any]:
        def accuracy(way: str, features: np.ndarray, train: np.ndarray, split: str) -> float:
            model = classifiers()[way].fit(features[train], kinds[train])
            return float(model.score(features[of[split]], kinds[of[split]]))

        def with_few(way: str, features: np.ndarray, split: str = "test") -> list[float]:
            return [accuracy(way, features, rows, split) for rows in labelled]

        stage = best_stage(stages, lambda s: np.mean(with_few("linear", stages[s], "val")))
        scores: dict[str, Any] = {"stage": stage}
        draws = {f"{way}_6": with_few(way, stages[stage]) for way in classifiers()}
        for way in classifiers():
            scores[f"{way}_all"] = accuracy(way, stages[stage], of["train"], "test")
        last = last_stage(stages)
        draws["last_linear_6"] = with_few("linear", last)
        for way, tries in draws.items():
            scores |= mean_and_spread(way, tries)
        scores["draws"] = draws
        scores["last_linear_all"] = accuracy("linear", last, of["train"], "test")
        return scores

    rooms = cache.rows["instance"]
    counts = {f"{split} rooms": len(set(rooms[rows])) for split, rows in of.items()}
    counts |= {f"{split} frames": len(rows) for split, rows in of.items()}
    rows = np.concatenate(list(of.values()))
    title = "kinds of unseen rooms"
    compare = partial(leads, runs=run_folders(config.runs))
    return judge_all(config, cache, rows, judge, METRICS, title, counts, compare)


def leads(models: dict[str, dict[str, Any]], runs: list[str]) -> None:
    """Add to the numbers of every other model how far the first run is ahead of it."""
    if not runs:
        return
    ours = models[runs[0]]["draws"]
    for name, scores in models.items():
        if name != runs[0]:
            for way, tries in ours.items():
                ahead = np.subtract(tries, scores["draws"][way])
                scores |= mean_and_spread(f"{way}_lead", ahead)


def mean_and_spread(name: str, tries: Sequence[float] | np.ndarray) -> dict[str, float]:
    """The mean of the repeats and their standard deviation."""
    return {name: float(np.mean(tries)), f"{name}_spread": float(np.std(tries, ddof=1))}
