"""Scene classification: the category of an unseen room from frozen features of one frame.

With six labelled frames of each category, drawn anew in every repeat, and with all of them; by a
linear classifier and by the nearest neighbours (the SUN and KITTI experiments of Jayaraman and
Grauman). The stage of the trunk is the one that is best with six labels on the validation rooms;
what the last stage gives, which nobody chose, is said too.

Draws of six differ in luck, but all models have the same draws: the paired difference of the first
run and another model is a mean over the draws, with its standard deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.results import Results, runs_of
from embodied_ssl.evaluation.rooms import EVERY, RoomsProtocol, Stages, best_stage, last_stage
from embodied_ssl.motion import TIME_TOLERANCE
from embodied_ssl.progress import Advance, progress_bar
from embodied_ssl.sampling.labelled import sample_per_class

FEW = 6  # labelled frames of each category
REPEATS = 5


class SceneClassification(RoomsProtocol):
    """The category of an unseen room from few labels (as on SUN and KITTI, EQUIV, ICCV 2015)."""

    title = "categories of unseen rooms"
    splits = ("train", "val", "test")
    metrics: ClassVar = {
        "stage": Metric("stage chosen", "{}"),
        "linear_6": Metric("linear, 6 a category"),
        "linear_6_std": Metric("its std"),
        "knn_6": Metric("kNN, 6 a category"),
        "knn_6_std": Metric("its std"),
        "linear_all": Metric("linear, all frames"),
        "knn_all": Metric("kNN, all frames"),
        "last_linear_6": Metric("last stage: linear, 6"),
        "last_linear_6_std": Metric("its std"),
        "last_linear_all": Metric("last stage: linear, all"),
        "linear_6_difference": Metric("first run minus this, 6 a category"),
        "linear_6_difference_std": Metric("its std"),
        "last_linear_6_difference": Metric("last stage: first run minus this"),
        "last_linear_6_difference_std": Metric("its std"),
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        self.open(source, image_size)
        columns = self.cache.rows
        self.category = columns["category"].astype(str)
        moments = np.stack([columns["episode"], (columns["time"] + TIME_TOLERANCE) // EVERY])
        _, sparse = np.unique(moments, axis=1, return_index=True)
        self.of = {split: sparse[columns["split"][sparse] == split] for split in self.splits}
        train = self.of["train"]
        draws = [np.random.default_rng([seed, i]) for i in range(REPEATS)]
        self.labelled = [train[sample_per_class(self.category[train], rng, FEW)] for rng in draws]
        self.look_at(np.concatenate(list(self.of.values())))
        rooms = columns["instance"]
        self.counts = {f"{split} rooms": len(set(rooms[rows])) for split, rows in self.of.items()}
        self.counts |= {f"{split} frames": len(rows) for split, rows in self.of.items()}

    def judge(self, model: Model) -> dict[str, Any]:
        stages, ways = self.stages(model), len(classifiers())
        count = REPEATS * (len(stages) + ways + 1) + ways + 1
        with progress_bar(f"{model.name}: categories", count, "classifiers") as advance:
            return self._scores(stages, advance)

    def _scores(self, stages: Stages, advance: Advance) -> dict[str, Any]:
        category = self.category

        def accuracy(way: str, features: np.ndarray, train: np.ndarray, split: str) -> float:
            classifier = classifiers()[way].fit(features[train], category[train])
            rows = self.of[split]
            advance(1)
            return float(classifier.score(features[rows], category[rows]))

        def with_few(way: str, features: np.ndarray, split: str = "test") -> list[float]:
            return [accuracy(way, features, rows, split) for rows in self.labelled]

        stage = best_stage(stages, lambda s: np.mean(with_few("linear", stages[s], "val")))
        last, train = last_stage(stages), self.of["train"]
        draws = {f"{way}_6": with_few(way, stages[stage]) for way in classifiers()}
        draws["last_linear_6"] = with_few("linear", last)
        scores: dict[str, Any] = {"stage": stage, "draws": draws}
        for way in classifiers():
            scores[f"{way}_all"] = accuracy(way, stages[stage], train, "test")
        scores["last_linear_all"] = accuracy("linear", last, train, "test")
        for way, tries in draws.items():
            scores |= mean_and_std(way, tries)
        return scores

    def compare(self, results: Results) -> None:
        """How far the first run is above every other model."""
        runs, models = runs_of(results), results["models"]
        for name, numbers in models.items():
            if runs and name != runs[0]:
                numbers |= paired_differences(models[runs[0]]["draws"], numbers["draws"])


def classifiers() -> dict[str, Any]:
    """The two ways to tell categories apart, both on standardised features."""
    return {
        "linear": make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300)),
        "knn": make_pipeline(StandardScaler(), KNeighborsClassifier(5, metric="cosine")),
    }


def paired_differences(
    ours: dict[str, list[float]], others: dict[str, list[float]]
) -> dict[str, float]:
    """Mean and standard deviation of the difference draw by draw, for each way."""
    numbers: dict[str, float] = {}
    for way, tries in ours.items():
        numbers |= mean_and_std(f"{way}_difference", np.subtract(tries, others[way]))
    return numbers


def mean_and_std(name: str, tries: Sequence[float] | np.ndarray) -> dict[str, float]:
    """The mean of the repeats and their standard deviation."""
    return {name: float(np.mean(tries)), f"{name}_std": float(np.std(tries, ddof=1))}
