"""Interactions with objects: for each of them its images and what was learned by acting."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Int

from embodied_ssl.data import FrameCache
from embodied_ssl.sampling.base import Batch, load_frames
from embodied_ssl.sampling.object_views import Positives, views_of_objects
from embodied_ssl.sampling.poke_lines import growing_line

LINE_MEAN, LINE_STD = np.array([4.4, 1.1]), np.array([1.35, 0.55])
"""About those of pokes of household objects and blobs; the same for all data, so that a head that
learned from one dataset can be asked about another."""


class Interaction(ABC):
    """The samples that a dataset holds of one interaction.

    Args:
        cache: of the dataset.
        split: of the episodes.
    """

    name: ClassVar[str]
    images: ClassVar[tuple[str, ...]]
    """Columns of a batch that go through the trunk."""
    worlds: ClassVar[tuple[str, ...]] = ("tabletop",)
    """Where it is found."""

    def __init__(self, cache: FrameCache, split: str):
        self.frames, self.columns, self.index = cache.frames, cache.rows, cache.index
        self.rows = np.flatnonzero((self.columns["split"] == split) & self.whole())

    def __len__(self) -> int:
        return len(self.rows)

    def whole(self) -> np.ndarray:
        """(R,) bool: the rows of the dataset that are of this interaction and lack nothing."""
        whole = self.columns["interaction"] == self.name
        for column in self.images:
            whole &= self.index[column] >= 0
        return whole

    def load(self, samples: Int[np.ndarray, " B"], rng: np.random.Generator) -> Batch:
        """The batch of some samples: their images and what is known of them."""
        rows = self.rows[samples]
        images = {c: load_frames(self.frames, self.index[c][rows]) for c in self.images}
        return images | self.labels(rows)

    @abstractmethod
    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        """What the robot's own action says of rows."""


class Grasp(Interaction):
    """``before``; the ``angle`` of closing in bins of 10 degrees, and ``success``."""

    name, images = "grasp", ("before",)

    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        columns = ("angle", "success")
        return {c: torch.from_numpy(self.columns[c][rows].astype(np.int64)) for c in columns}


class Push(Interaction):
    """``before`` and ``after``; the ``action`` (5) and the ``crop_width``, metres."""

    name, images = "push", ("before", "after")

    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        return {
            "action": torch.from_numpy(np.stack(list(self.columns["push"][rows]))),
            "crop_width": torch.from_numpy(self.columns["crop_width"][rows]),
        }


class Poke(Interaction):
    """``before``; the ``line`` (2) fitted to the force while it grows, slope and intercept.

    Both are given as ``log(1 + x)``, brought to a mean of about 0 and a deviation of about 1:
    stiffness spans two decades, and on the raw scale a few hard objects would be all the loss.
    """

    name, images = "poke", ("before",)

    def whole(self) -> np.ndarray:
        """Without those that have no line (``growing_line``)."""
        lines = np.array([growing_line(force) for force in self.columns["force"]])
        self.line = ((np.log1p(np.maximum(lines, 0)) - LINE_MEAN) / LINE_STD).astype("f4")
        return super().whole() & np.isfinite(self.line).all(axis=1)

    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        return {"line": torch.from_numpy(self.line[rows])}


class Identity(Interaction):
    """``first`` and ``second``, two views of one object, as ``views_of_objects`` has them."""

    name, images = "identity", ("first", "second")
    worlds = ("tabletop", "turntable")
    positives: ClassVar[Positives] = "views"

    def __init__(self, cache: FrameCache, split: str):
        self.frames = cache.frames
        self.rows, self.views = views_of_objects(cache, split, self.positives)

    def load(self, samples: Int[np.ndarray, " B"], rng: np.random.Generator) -> Batch:
        pairs = np.array([rng.choice(self.views[i], 2, replace=False) for i in samples])
        return {
            name: load_frames(self.frames, places)
            for name, places in zip(self.images, pairs.T, strict=True)
        }

    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        return {}


class FollowedIdentity(Identity):
    """The same with what pushes, pokes and grasps saw of their objects."""

    positives = "followed"


class AroundIdentity(Identity):
    """The same from what the hand saw around what was to be grasped, alone."""

    positives = "around"


INTERACTIONS: dict[str, type[Interaction]] = {
    each.name: each for each in (Grasp, Push, Poke, Identity)
}
WITH_POSITIVES: dict[Positives, dict[str, type[Interaction]]] = {
    each.positives: INTERACTIONS | {"identity": each}
    for each in (Identity, FollowedIdentity, AroundIdentity)
}
"""The same by what identity takes as views of one object."""


def in_order(samples: Interaction, batch_size: int, seed: int) -> Iterator[Batch]:
    """Every sample once, in order, for evaluation."""
    rng = np.random.default_rng([seed, 1 << 30])
    for start in range(0, len(samples), batch_size):
        yield samples.load(np.arange(start, min(start + batch_size, len(samples))), rng)
