"""What the protocols about a moving camera share: features of the frames of rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from embodied_ssl.data import FrameCache, open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Model, Protocol

EVERY = 0.5
"""Seconds: frames so far apart show other things."""
Stages = dict[str, Float[np.ndarray, "N D"]]
"""Stage -> mean-pooled features of every row of the dataset; zeros where nobody looks."""


class RoomsProtocol(Protocol):
    """A protocol that looks at frames of a moving camera."""

    splits: ClassVar[tuple[str, ...]]
    """Of the rooms; the data have to have all."""
    cache: FrameCache
    rows: Int[np.ndarray, " R"]
    """Of the frames that are looked at, in order."""

    def open(self, source: str, image_size: int | None) -> None:
        """Open the data; UserError where the rooms of some split are missing."""
        dataset = open_source(source)
        if dataset.env != "rooms":
            raise UserError(f"{source} holds no moving camera: collect --env rooms.")
        self.cache, self.fingerprint = dataset.cache(image_size), dataset.fingerprint
        for split in self.splits:
            if not (self.cache.rows["split"] == split).any():
                raise UserError(
                    f"{source} has no {split} rooms: three rooms of each category have all splits "
                    "(--episodes 24 for all eight), and so have three sequences of one's own."
                )

    def look_at(self, rows: Int[np.ndarray, " M"]) -> None:
        """Set the rows that are looked at, in any order, some of them of training rooms."""
        self.rows = np.unique(rows)
        self.images = self.cache.frames[self.cache.index["image"][self.rows]]
        self.calibration = self.images[self.cache.rows["split"][self.rows] == "train"]

    def stages(self, model: Model) -> Stages:
        """The features of a model."""
        stages: Stages = {}
        for (stage, pooling), features in model.features(self.images).items():
            if pooling != "max":
                count = len(self.cache.rows["split"])
                stages[stage] = np.zeros((count, features.shape[1]), np.float32)
                stages[stage][self.rows] = features
        return stages


def last_stage(stages: Stages) -> Float[np.ndarray, "N D"]:
    """The features of the last stage."""
    return list(stages.values())[-1]


def best_stage(stages: Stages, score: Callable[[str], float]) -> str:
    """The stage with the highest score, the later one of equals."""
    return max(reversed(stages), key=score)
