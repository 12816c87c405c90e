"""Interactions with objects: for each of them its images and what was learned by acting."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Int

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, load_frames


class Interaction(ABC):
    """The samples that a tabletop dataset holds of one interaction.

    Args:
        cache: of the dataset.
        split: of the episodes.
    """

    name: ClassVar[str]
    images: ClassVar[tuple[str, ...]]
    """Columns of a batch that go through the trunk."""

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
    """``before``; the ``line`` (2) fitted to the force, slope and intercept.

    Both are given as ``sign(x) log(1 + |x|)``, standardised over the training rows: stiffness spans
    two decades, and on the raw scale a few hard objects would be all the loss.
    """

    name, images = "poke", ("before",)

    def __init__(self, cache: FrameCache, split: str):
        super().__init__(cache, split)
        line = self._line()
        train = line[(self.columns["split"] == "train") & self.whole()]
        mean, std = (train.mean(0), train.std(0) + 1e-6) if len(train) else (0.0, 1.0)
        self.line = ((line - mean) / std).astype(np.float32)

    def _line(self) -> np.ndarray:
        line = np.stack([self.columns["slope"], self.columns["intercept"]], axis=1)
        return np.sign(line) * np.log1p(np.abs(line))

    def whole(self) -> np.ndarray:
        return super().whole() & np.isfinite(self._line().sum(axis=1))

    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        return {"line": torch.from_numpy(self.line[rows])}


class Identity(Interaction):
    """``first`` and ``second``, two views of one object that was held: of its looks and of the
    crop that it was grasped from."""

    name, images = "identity", ("first", "second")

    def __init__(self, cache: FrameCache, split: str):
        super().__init__(cache, split)
        grasps = np.flatnonzero(
            (self.columns["split"] == split) & (self.columns["interaction"] == "grasp")
        )
        tracks = self.columns["track"]
        grasped = {tracks[row]: self.index["before"][row] for row in grasps if tracks[row]}
        views = []
        for row in self.rows:
            places = np.array([*self.index["views"][row], grasped.get(tracks[row], -1)])
            views.append(places[places >= 0])
        seen = [len(places) >= 2 for places in views]
        self.rows = self.rows[np.array(seen, bool)]
        self.views = [places for places, twice in zip(views, seen, strict=True) if twice]

    def whole(self) -> np.ndarray:
        return self.columns["interaction"] == "look"

    def load(self, samples: Int[np.ndarray, " B"], rng: np.random.Generator) -> Batch:
        pairs = np.array([rng.choice(self.views[i], 2, replace=False) for i in samples])
        return {
            name: load_frames(self.frames, places)
            for name, places in zip(self.images, pairs.T, strict=True)
        }

    def labels(self, rows: Int[np.ndarray, " B"]) -> Batch:
        return {}


INTERACTIONS: dict[str, type[Interaction]] = {
    each.name: each for each in (Grasp, Push, Poke, Identity)
}


class InteractionSampler:
    """A batch for each of some interactions, by name.

    Args:
        cache: of a tabletop dataset.
        counts: interaction -> samples in a batch.
        seed: of their order.

    Raises:
        UserError: when the dataset has too few rows of one of them.
    """

    def __init__(self, cache: FrameCache, counts: Mapping[str, int], seed: int):
        self.counts, self.seed = dict(counts), seed
        self.samples = {name: INTERACTIONS[name](cache, "train") for name in counts}
        for name, samples in self.samples.items():
            if len(samples) < 2:
                raise UserError(f"the dataset holds too few rows to learn {name}.")
        self._epochs = {
            name: Epochs(len(samples), seed, list(INTERACTIONS).index(name))
            for name, samples in self.samples.items()
        }
        self.size = sum(map(len, self.samples.values()))

    def __call__(self, number: int) -> Batch:
        """The batches of a number. ``index`` counts the samples of all interactions one after the
        other."""
        rng = np.random.default_rng([self.seed, number])
        batches, start = {}, 0
        for name, samples in self.samples.items():
            chosen = self._epochs[name](number * self.counts[name], self.counts[name])
            batches[name] = samples.load(chosen, rng) | {
                "index": torch.from_numpy(start + chosen),
                "row": torch.from_numpy(samples.rows[chosen]),
            }
            start += len(samples)
        return batches


def in_order(samples: Interaction, batch_size: int, seed: int) -> Iterator[Batch]:
    """Every sample once, in order, for evaluation."""
    rng = np.random.default_rng([seed, 1 << 30])
    for start in range(0, len(samples), batch_size):
        yield samples.load(np.arange(start, min(start + batch_size, len(samples))), rng)
