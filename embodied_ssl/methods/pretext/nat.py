"""Noise as targets: features on fixed points of a sphere (Bojanowski and Joulin, ICML 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.memory import Bank
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.trunks import Trunk


class NAT(Method):
    """Features meet fixed random targets, dealt out anew in each batch (NAT, ICML 2017).

    Every frame has a target of its own on the unit sphere. In some of the epochs the frames of a
    batch exchange theirs, so that all distances together are least.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of noise as targets."""

        dim: Annotated[int, Within(2, 1 << 16)] = 128
        """Of the sphere."""
        every: Annotated[int, Within(1, 1 << 20)] = 3
        """Epochs from one in which targets are exchanged to the next."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.6, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """Crops and mirror images, as in the paper; the colours are ours."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = nn.Linear(trunk.dim, config.dim)
        self.targets = Bank(config.dim, momentum=0.0)
        self._exchanged: tuple[Tensor, Tensor] | None = None

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        sampler = super().open_sampler(caches, batch_size, seed)
        self.targets.open(sampler.size)
        return sampler

    def prepare(self, batch: Batch, step: Step) -> Batch:
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        return {"images": self.trunk.normalize(images), "index": batch["index"]}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        z = F.normalize(self.project(self.trunk.pool(stages)).float(), dim=1)
        index = batch["index"]
        own = self.targets.values[index]
        epoch = step.number * len(index) // len(self.targets.values)
        self._exchanged = None
        if epoch % self.config.every == 0:
            own = own[assigned(float32_product(z.detach(), own.T))]
            self._exchanged = index, own
        cosine = (z * own).sum(1)
        return {"loss": (2 - 2 * cosine).mean(), "cosine": cosine.mean()}

    def after_step(self, step: Step) -> None:
        if self._exchanged is not None:
            self.targets.update(*self._exchanged)


def assigned(similarity: Tensor) -> Tensor:
    """For each row of (B, B) the column that it gets, so that the sum is largest."""
    _, columns = linear_sum_assignment(similarity.cpu().numpy(), maximize=True)
    return torch.from_numpy(columns).to(similarity.device)
