"""What the protocols share that tell labels from frozen features of each stage."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.intervals import interval
from embodied_ssl.evaluation.labelled_splits import Level, Part, open_labelled_splits
from embodied_ssl.evaluation.results import BASELINES, Results, runs_of, short_names
from embodied_ssl.evaluation.untrained import controls_of
from embodied_ssl.figures import Figure, Row, Section, Table

Told = Mapping[str, Int[np.ndarray, " J"]]
"""Name of a setting -> the label that is told of each judged image."""


class Probing(Protocol):
    """A protocol that fits a classifier on the frozen features of each stage.

    Stage and setting are chosen on the val part, the test part is read once; what the last stage
    gives, whose setting alone is chosen, is said too.
    """

    baselines: ClassVar = BASELINES
    metrics: ClassVar = {
        "stage": Metric("stage", "{}"),
        "setting": Metric("setting", "{}"),
        "val": Metric("val"),
        "test": Metric("test"),
        "low": Metric("95 % from"),
        "high": Metric("to"),
        "last.test": Metric("last stage"),
        "difference": Metric("ahead of random", "{:+.3f}"),
        "difference_low": Metric("95 % from", "{:+.3f}"),
        "difference_high": Metric("to", "{:+.3f}"),
    }

    @dataclass(frozen=True)
    class Config:
        """Settings of the probe."""

        labels: Level = "category"
        """What is told: an object's (or a room's, a folder's) category, or the object itself."""

    def __init__(self, config: Any, source: str, image_size: int | None, seed: int):
        self.config, self.seed = config, seed
        self.splits = open_labelled_splits(source, config.labels, image_size, seed)
        self.images, self.fingerprint = self.splits.images, self.splits.fingerprint
        self.calibration = self.images[self.splits.val.fit]
        self.counts = self.splits.counts
        self._right_of: dict[str, np.ndarray] = {}  # each model's test images, right or wrong

    @abstractmethod
    def told(self, features: Float[Tensor, "N D"], part: Part) -> Told:
        """The labels of the judged images of a part, by a classifier fitted on its others."""

    def judge(self, model: Model) -> dict[str, Any]:
        features = {
            " ".join(filter(None, key)): torch.from_numpy(np.asarray(values, np.float32))
            for key, values in model.features(self.images).items()
            if key[1] != "max"
        }
        val = {
            (stage, setting): self._right(told, self.splits.val).mean()
            for stage, values in features.items()
            for setting, told in self.told(values.to(model.device), self.splits.val).items()
        }
        best = max(val, key=lambda key: val[key])
        last = max((key for key in val if key[0] == list(features)[-1]), key=lambda key: val[key])
        stages = {
            stage: max(float(score) for key, score in val.items() if key[0] == stage)
            for stage in features
        }
        found = {key: self._tested(features[key[0]], key, model) for key in {best, last}}
        numbers, self._right_of[model.name] = found[best]
        return numbers | {
            "val": float(val[best]), "stages": stages, "last": found[last][0],
        }  # fmt: skip

    def _tested(
        self, values: Tensor, key: tuple[str, str], model: Model
    ) -> tuple[dict[str, Any], Bool[np.ndarray, " J"]]:
        """The numbers of the test part, and which of its images are told right."""
        test = self.splits.test
        right = self._right(self.told(values.to(model.device), test)[key[1]], test)
        low, high = interval(right, self.splits.group[test.judged], self.seed)
        return {
            "stage": key[0], "setting": key[1],
            "test": float(right.mean()), "low": low, "high": high,
        }, right  # fmt: skip

    def compare(self, results: Results) -> None:
        """How far each run is ahead of the better untrained trunk of its own architecture, image by
        image."""
        models = results["models"]
        for name, controls in controls_of(runs_of(results)).items():
            judged = [each for each in controls if each in models]
            if not judged:
                continue
            control = self._right_of[max(judged, key=lambda each: models[each]["test"])]
            ahead = self._right_of[name].astype(float) - control
            low, high = interval(ahead, self.splits.group[self.splits.test.judged], self.seed)
            models[name] |= {
                "difference": float(ahead.mean()), "difference_low": low, "difference_high": high,
            }  # fmt: skip

    def _right(self, told: np.ndarray, part: Part) -> np.ndarray:
        return told == self.splits.label[part.judged]

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        shown, models = short_names(results["models"]), results["models"]
        tables = tuple(
            Table(
                ("val",),
                tuple(
                    Row(stage, (f"{value:.3f}",), marked=stage == numbers["stage"])
                    for stage, value in numbers["stages"].items()
                ),
                (shown[name], ""),
            )
            for name, numbers in models.items()
        )
        return [
            cls.table(results),
            Section("Every stage on the val part", tables, layout="halves", folded=True),
        ]
