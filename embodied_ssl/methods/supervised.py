"""Learning from labels, under the budget of the methods that have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.sampling import Batch, CategorySampler, Sampler
from embodied_ssl.trunks import Trunk


class Supervised(Method):
    """The category of what a frame shows, classified: what labels are worth on the same budget.

    Categories are the simulator's, or the folders of photos.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of learning from labels."""

        classes: Annotated[int, Within(2, 1 << 20)] = 512
        """Categories that there may be."""
        smoothing: Annotated[float, Within(0, 0.99)] = 0.0
        """Of the labels."""
        augmentation: Augmentation = field(default_factory=Augmentation)

    known: Tensor
    """How many categories the data have."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.classify = nn.Linear(trunk.dim, config.classes)
        self.register_buffer("known", torch.tensor(config.classes))

    @property
    def chance(self) -> dict[str, float]:
        return {"accuracy": 1 / int(self.known)}

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        sampler = CategorySampler(caches.values(), batch_size, seed)
        if len(sampler.names) > self.config.classes:
            raise UserError(
                f"the data have {len(sampler.names)} categories: --classes must be as many."
            )
        self.known.fill_(len(sampler.names))
        return sampler

    def prepare(self, batch: Batch, step: Step) -> Batch:
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        return {"images": self.trunk.normalize(images), "category": batch["category"]}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.classify(self.trunk.pool(stages)).float()[:, : int(self.known)]
        target, smoothing = batch["category"], self.config.smoothing
        return {
            "loss": F.cross_entropy(logits, target, label_smoothing=smoothing),
            "accuracy": (logits.argmax(1) == target).float().mean(),
        }
