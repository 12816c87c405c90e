"""Few labels: what a trunk's early layers spare who learns the rest from a handful of images.

A convolution and a linear layer learn on the frozen maps of an early stage. Beside it stands the
same network all of whose weights learn from the same images: of an untrained trunk that is training
from scratch. Both see the same draws of labelled images, in the same batches, for as many steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.features import stage_maps
from embodied_ssl.evaluation.finite import check_maps
from embodied_ssl.evaluation.labelled_splits import Level, open_labelled_splits
from embodied_ssl.progress import progress_bar
from embodied_ssl.sampling.labelled import sample_per_class
from embodied_ssl.trunks.inference import batches, reduced_precision

FEW, MANY = 5, 20
WIDTH, BATCH, LEARNING_RATE, WEIGHT_DECAY = 256, 64, 1e-3, 1e-2
EARLY, ALL = "early layers frozen", "all trained"

Encode = Callable[[Tensor], Float[Tensor, "B C h w"]]
"""Some of the inputs -> the maps of the stage."""


class FewLabels(Protocol):
    """A convolution and a linear layer on a frozen early stage, learned from few labels (RotNet).

    The semi-supervised experiment of Gidaris et al. (ICLR 2018), beside training all weights.
    """

    title = "a few labels of each"
    baselines: ClassVar = ("random", "imagenet")
    metrics: ClassVar = {"stage": Metric("frozen up to", "{}")} | {
        f"{how}_{count}{what}": Metric(f"{title}, {count}" if not what else "its std")
        for how, title in (("frozen", EARLY), ("trained", ALL))
        for count in (FEW, MANY)
        for what in ("", "_std")
    }

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the experiment."""

        labels: Level = "category"
        """What is told: an object's (or a room's, a folder's) category, or the object itself."""
        stage: str = ""
        """The last one that is frozen; what comes after it is not used. By default, and in the
        ImageNet network, that whose maps are nearest to an eighth of the image's side: conv2 of
        AlexNet."""
        steps: Annotated[int, Within(1, 100_000)] = 600
        """Updates of the weights."""
        draws: Annotated[int, Within(1, 100)] = 3
        """Of the labelled images."""

    def __init__(self, config: Config, source: str, image_size: int | None, seed: int):
        self.config, self.seed = config, seed
        splits = open_labelled_splits(source, config.labels, image_size, seed)
        self.label, self.test = splits.label, splits.test.judged
        self.images, self.fingerprint = splits.images, splits.fingerprint
        self.calibration = self.images[splits.val.fit]
        self.classes = len(splits.names)
        fit = splits.test.fit
        self.labelled = {
            count: [
                fit[sample_per_class(self.label[fit], np.random.default_rng([seed, draw]), count)]
                for draw in range(config.draws)
            ]
            for count in (FEW, MANY)
        }
        self.counts = splits.counts | {
            f"images of {count} labels each": len(draws[0])
            for count, draws in self.labelled.items()
        }

    def judge(self, model: Model) -> dict[str, Any]:
        if model.trunk is None:
            raise UserError(f"{model.name} has no network, of which early layers could be frozen.")
        stage = self._stage_of(model)
        numbers: dict[str, Any] = {"stage": stage, "draws": {}}
        total = 2 * 2 * self.config.draws
        with progress_bar(f"{model.name}: few labels", total, "trainings") as advance:
            learners = {
                "frozen": self._frozen(model, stage),
                "trained": self._trained(model, stage),
            }
            for how, learn in learners.items():
                for count, draws in self.labelled.items():
                    found = []
                    for places in draws:
                        found.append(learn(places))
                        advance(1)
                    name = f"{how}_{count}"
                    numbers["draws"][name] = found
                    numbers |= {name: float(np.mean(found)), f"{name}_std": float(np.std(found))}
        return numbers

    def _stage_of(self, model: Model) -> str:
        """The last stage of a model that is frozen; UserError where it lacks the one named."""
        named, names = self.config.stage, model.trunk.stage_names
        if named in names:
            return named
        if named and model.name != "imagenet":  # the one network whose architecture nobody chose
            raise UserError(f"{model.name} has no stage {named!r}. Known: {', '.join(names)}.")
        size = self.images.shape[1]
        reduced = [math.log2(size / shape[-1]) for shape in model.trunk.shapes(size)]
        return min(zip(names, reduced, strict=True), key=lambda stage: abs(stage[1] - 3))[0]

    def _frozen(self, model: Model, stage: str) -> Callable[[np.ndarray], float]:
        """Learn on the maps of the stage, which are computed once."""
        drawn = [rows for draws in self.labelled.values() for rows in draws]
        used = np.unique(np.concatenate([self.test, *drawn]))
        seen = stage_maps(model.trunk, self.images[used], model.device, (stage,))
        maps = torch.from_numpy(check_maps(seen, model.name)[stage])

        def look_up(rows: np.ndarray) -> Tensor:
            return maps[np.searchsorted(used, rows)].to(model.device)

        channels = maps.shape[1]
        return lambda rows: self._learn(rows, look_up, lambda x: x, [], channels, model)

    def _trained(self, model: Model, stage: str) -> Callable[[np.ndarray], float]:
        """Learn all weights up to the stage too, from those of the model."""
        place = model.trunk.stage_names.index(stage)

        def frames(rows: np.ndarray) -> Tensor:
            return next(batches(self.images[rows], model.device, len(rows)))

        def learn(rows: np.ndarray) -> float:
            trunk = model.trainable()
            encode = lambda x: trunk.stages(trunk.normalize(x))[place]  # noqa: E731
            return self._learn(rows, frames, encode, [trunk], trunk.stage_dims[place], model)

        return learn

    def _learn(
        self,
        rows: Int[np.ndarray, " L"],
        inputs: Callable[[np.ndarray], Tensor],
        encode: Encode,
        learning: list[nn.Module],
        channels: int,
        model: Model,
    ) -> float:
        """The part of the test images that is told after learning from some rows."""
        torch.manual_seed(self.seed)
        net = nn.ModuleList([head(channels, self.classes).to(model.device), *learning]).train()
        optimizer = torch.optim.AdamW(net.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        steps = self.config.steps
        rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        rng = np.random.default_rng(self.seed)
        # Large batches of few images would hold each of them several times.
        batch = min(BATCH, len(rows))
        for _ in range(steps):
            some = rng.choice(rows, batch, replace=False)
            seen = inputs(some)
            if rng.random() < 0.5:
                seen = seen.flip(-1)
            target = torch.from_numpy(self.label[some]).to(model.device)
            with reduced_precision(model.device):
                loss = F.cross_entropy(net[0](encode(seen)).float(), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
        net.eval()
        right = 0
        for start in range(0, len(self.test), 4 * BATCH):
            some = self.test[start : start + 4 * BATCH]
            with torch.inference_mode(), reduced_precision(model.device):
                told = net[0](encode(inputs(some))).argmax(1).cpu().numpy()
            right += int((told == self.label[some]).sum())
        return right / len(self.test)


def head(channels: int, classes: int) -> nn.Sequential:
    """Maps of a stage to logits: a convolution, the mean over the extent, a linear layer."""
    return nn.Sequential(
        nn.Conv2d(channels, WIDTH, 3, padding=1, bias=False),
        nn.BatchNorm2d(WIDTH),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(WIDTH, classes),
    )
