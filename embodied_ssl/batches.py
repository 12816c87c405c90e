"""Batches as a pure function of seed and step: a resumed run sees what an unbroken one sees.

A method opens the sampler of what it eats, which gathers frames from the caches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError

Batch = dict[str, Any]
SEEN = ("before", "after", "wrist", "views", "image")
"""Columns whose images an image-based method learns from."""
TASKS = ("grasp", "push", "poke", "identity")


def generator_of(seed: int, step: int) -> torch.Generator:
    """The random numbers of a training step."""
    return torch.Generator().manual_seed(seed * 1_000_003 + step)


class FrameSampler:
    """Single images of the training episodes of one or more worlds: all views of objects or rooms.

    Each world gives the same share of a batch, whatever the sizes of the datasets.
    """

    def __init__(self, caches: Iterable[FrameCache], batch_size: int, seed: int):
        self.sources = [(cache.frames, seen_frames(cache)) for cache in caches]
        self.batch_size, self.seed = batch_size, seed

    def __call__(self, step: int) -> Batch:
        """The batch of a step: ``frames`` (B, 3, S, S) uint8."""
        rng = np.random.default_rng([self.seed, step])
        parts = np.array_split(np.arange(self.batch_size), len(self.sources))
        images = [
            gather(frames, rng.choice(pool, len(part)))
            for (frames, pool), part in zip(self.sources, parts, strict=True)
        ]
        return {"frames": torch.cat(images)}


def seen_frames(cache: FrameCache, split: str = "train") -> np.ndarray:
    """Places of the frames of a split that image-based methods learn from, in order."""
    rows = cache.rows["split"] == split
    pool = np.concatenate([cache.index[c][rows].ravel() for c in SEEN if c in cache.index])
    pool = np.unique(pool[pool >= 0])
    if len(pool) == 0:
        raise UserError(f"the dataset holds no frames of {split} episodes.")
    return pool


class InteractionSampler:
    """For each task its own images and what was learned by acting.

    grasp: ``before``, ``angle``, ``success``; push: ``before``, ``after``, ``action`` (5);
    poke: ``before``, ``line`` (2); identity: ``first``, ``second``, two views of one object.

    The line of a poke is given as ``sign(x) log(1 + |x|)``, standardised over the training rows:
    stiffness spans two decades, and on the raw scale a few hard objects would be all the loss.

    Args:
        cache: of a tabletop dataset.
        batch_size: samples of each task in a batch.
        seed: of the choice of rows.
        split: of the episodes that are drawn from.
        counts: samples of each task, where it is not ``batch_size``.
    """

    def __init__(
        self,
        cache: FrameCache,
        batch_size: int,
        seed: int,
        split: str = "train",
        counts: dict[str, int] | None = None,
    ):
        self.frames, self.batch_size, self.seed = cache.frames, batch_size, seed
        self.counts = dict.fromkeys(TASKS, batch_size) if counts is None else counts
        rows, index = cache.rows, cache.index
        self.rows, self.index = rows, index
        ours = rows["split"] == split
        seen = {
            "grasp": index["before"] >= 0,
            "push": (index["before"] >= 0) & (index["after"] >= 0),
            "poke": (index["before"] >= 0) & np.isfinite(rows["slope"] + rows["intercept"]),
        }
        self.of_task = {
            task: np.flatnonzero(ours & whole & (rows["interaction"] == task))
            for task, whole in seen.items()
        }
        self.views = self._views(ours)
        self.of_task["identity"] = np.arange(len(self.views))
        line = np.stack([rows["slope"], rows["intercept"]], axis=1)
        line = np.sign(line) * np.log1p(np.abs(line))
        pokes = line[(rows["split"] == "train") & (rows["interaction"] == "poke") & seen["poke"]]
        mean, std = (pokes.mean(0), pokes.std(0) + 1e-6) if len(pokes) else (0.0, 1.0)
        self.line = ((line - mean) / std).astype(np.float32)

    def _views(self, ours: np.ndarray) -> list[np.ndarray]:
        """The frames of each object that was held: its views and the crop it was grasped from."""
        rows, index = self.rows, self.index
        looks = np.flatnonzero(ours & (rows["interaction"] == "look"))
        grasped = {
            rows["track"][row]: index["before"][row]
            for row in np.flatnonzero(ours & (rows["interaction"] == "grasp"))
            if rows["track"][row]
        }
        views = []
        for row in looks:
            frames = [*index["views"][row], grasped.get(rows["track"][row], -1)]
            frames = np.array([frame for frame in frames if frame >= 0])
            if len(frames) >= 2:
                views.append(frames)
        return views

    def require(self, tasks: tuple[str, ...]) -> None:
        """UserError if the dataset has nothing for one of the tasks."""
        for task in tasks:
            if len(self.of_task[task]) < 2:
                raise UserError(f"the dataset holds too few rows to learn {task}.")

    def __call__(self, step: int) -> Batch:
        """The batches of a step, by task; no object twice while there are enough of them."""
        rng = np.random.default_rng([self.seed, step])
        batches = {}
        for task, count in self.counts.items():
            rows = self.of_task[task]
            if len(rows):
                chosen = rng.choice(rows, count, replace=len(rows) < count)
                batches[task] = self._batch(task, chosen, rng)
        return batches

    def everything(self, task: str) -> Iterator[Batch]:
        """Every row of a task once, in order, for validation."""
        rng = np.random.default_rng([self.seed, 1 << 30])
        rows = self.of_task[task]
        for start in range(0, len(rows), self.batch_size):
            yield self._batch(task, rows[start : start + self.batch_size], rng)

    def _batch(self, task: str, rows: np.ndarray, rng: np.random.Generator) -> Batch:
        if task == "identity":
            pairs = np.array([rng.choice(self.views[row], 2, replace=False) for row in rows])
            return {
                "first": gather(self.frames, pairs[:, 0]),
                "second": gather(self.frames, pairs[:, 1]),
            }
        batch: Batch = {"before": gather(self.frames, self.index["before"][rows])}
        if task == "grasp":
            batch["angle"] = torch.from_numpy(self.rows["angle"][rows].astype(np.int64))
            batch["success"] = torch.from_numpy(self.rows["success"][rows].astype(np.int64))
        elif task == "push":
            batch["after"] = gather(self.frames, self.index["after"][rows])
            batch["action"] = torch.from_numpy(np.stack(list(self.rows["push"][rows])))
            batch["crop_width"] = torch.from_numpy(self.rows["crop_width"][rows])
        else:
            batch["line"] = torch.from_numpy(self.line[rows])
        return batch


Sampler = Callable[[int], Batch]
"""The number of a step -> its batch."""


def gather(frames: np.ndarray, chosen: np.ndarray) -> Tensor:
    """Frames of the cache as (B, 3, S, S) uint8, channels last in memory."""
    order = np.argsort(chosen)  # the disk prefers them in order
    images = np.empty((len(chosen), *frames.shape[1:]), np.uint8)
    images[order] = frames[chosen[order]]
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch with its tensors on a device."""
    return {
        name: to_device(value, device)
        if isinstance(value, dict)
        else (value.to(device, non_blocking=True) if isinstance(value, Tensor) else value)
        for name, value in batch.items()
    }
