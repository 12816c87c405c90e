"""Instance discrimination: every image is a class of its own (Wu et al., CVPR 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.losses import queue_info_nce
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.memory import Bank
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.trunks import Trunk


class InstDisc(Method):
    """An image finds its own row in a bank of all images (InstDisc, Wu et al., CVPR 2018)."""

    pools_only: ClassVar = True

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of instance discrimination."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.07
        """Of the softmax; the paper has 0.1 for CIFAR-10."""
        negatives: Annotated[int, Within(1, 1 << 24)] = 4096
        """Rows of other images that are compared; more than there are come several times."""
        momentum: Annotated[float, Within(0, 1)] = 0.5
        """Part of a row that stays when its image is seen again."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which images are compared."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2)
        )

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = nn.Linear(trunk.dim, config.projection)
        self.bank = Bank(config.projection, config.momentum)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        sampler = super().open_sampler(caches, batch_size, seed)
        self.bank.open(sampler.size)
        return sampler

    def prepare(self, batch: Batch, step: Step) -> Batch:
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        negatives = self.bank.drawn(self.config.negatives, step.generator)
        return {
            "images": self.trunk.normalize(images),
            "index": batch["index"],
            "negatives": negatives.to(images.device),
        }

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = self.trunk.pool(stages)
        z = F.normalize(self.project(y).float(), dim=1)
        self.newest = batch["index"], z.detach()  # for after_step
        return {"loss": self.discriminated(z, batch)} | watched(
            step, y, z, self.bank.values[batch["index"]]
        )

    def discriminated(self, z: Tensor, batch: Batch) -> Tensor:
        """InfoNCE of features (B, P) with the rows of their images among those of others."""
        own, others = (self.bank.values[batch[name]] for name in ("index", "negatives"))
        return queue_info_nce(z, own, others, self.config.temperature)

    def after_step(self, step: Step) -> None:
        self.bank.update(*self.newest)
