"""Pretext tasks on unseen frames: has a method solved its own task, and does that generalise?"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

import numpy as np
import torch

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.results import Results, short_names
from embodied_ssl.figures import Figure, Row, Table
from embodied_ssl.methods.base import Step
from embodied_ssl.sampling import generator_of, to_device
from embodied_ssl.trunks.inference import reduced_precision

BATCH, BATCHES = 64, 16


class Pretext(Protocol):
    """A method's own task on frames of unseen episodes, beside what is expected by chance."""

    title = "pretext tasks on unseen frames"
    baselines: ClassVar = ()
    metrics: ClassVar = {
        "task": Metric("task", "{}"),
        "train": Metric("trained episodes"),
        "val": Metric("val"),
        "test": Metric("test"),
        "chance": Metric("chance"),
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        dataset = open_source(source)
        self.source, self.env, self.fingerprint = source, dataset.env, dataset.fingerprint
        self.seed = seed
        self.cache = dataset.cache(image_size)
        splits = self.cache.rows["split"]
        self.splits = [split for split in ("train", "val", "test") if (splits == split).any()]
        if len(self.splits) < 2:
            raise UserError(f"{source} has one split alone, and so no images that are unseen.")
        self.images = self.calibration = self.cache.frames[:0]  # a method prepares its own
        self.counts = {"frames a split": BATCH * BATCHES}

    def judge(self, model: Model) -> dict[str, Any]:
        method = model.method()
        if method is None or not method.chance:
            raise UserError(f"{model.name} has no pretext task that could be judged.")
        method.require_world(self.env, self.source)
        numbers = {split: self._solved(model, split) for split in self.splits}
        task, *_ = method.chance
        tasks = {
            name: {"chance": chance} | {split: of[name] for split, of in numbers.items()}
            for name, chance in method.chance.items()
        }
        return {"task": task, **tasks[task], "tasks": tasks}

    def _solved(self, model: Model, split: str) -> dict[str, float]:
        """The mean over some batches of each number that chance is known of."""
        method = model.method()
        unseen = {self.env: self.cache.as_training(split)}
        sampler = method.open_sampler(unseen, BATCH, self.seed)
        found = defaultdict(list)
        for number in range(BATCHES):
            step = Step(0, 1.0, generator_of(self.seed, number))
            batch = method.prepare(to_device(sampler(number), model.device), step)
            with torch.inference_mode(), reduced_precision(model.device):
                outputs = method(batch, step)
            for name in method.chance:
                found[name].append(float(outputs[name]))
        return {name: float(np.mean(values)) for name, values in found.items()}

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        shown = short_names(results["models"])
        splits = ("train", "val", "test", "chance")
        rows = tuple(
            Row(shown[model], tuple(f"{of[s]:.3f}" if s in of else "n/a" for s in splits), task)
            for model, numbers in results["models"].items()
            for task, of in numbers["tasks"].items()
        )
        return [Table(splits, rows, ("run", "task"))]
