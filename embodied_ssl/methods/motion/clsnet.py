"""CLSNET: supervised only, on a few labelled frames; the paper's baseline (ICCV 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.sampling.base import Batch, Sampler
from embodied_ssl.data import FrameCache
from embodied_ssl.sampling.labelled import LabelledSampler
from embodied_ssl.methods.base import Method
from embodied_ssl.trunks import Trunk

KINDS = 32  # of rooms at most; an output without a kind costs nothing
AUGMENTATION = Augmentation((0.6, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02)


class CLSNet(Method):
    """The kind of room that a labelled frame shows, classified."""

    worlds = ("rooms",)

    @dataclass(frozen=True)
    class Config:
        """Settings of CLSNET."""

        labelled: int = 6
        """Labelled frames of each kind of room; 0 for all."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.classify = nn.Linear(trunk.dim, KINDS)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        return LabelledSampler(caches["rooms"], batch_size, seed, self.config.labelled, KINDS)

    def images_per_step(self, batch_size: int) -> int:
        return batch_size

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        features = self.trunk(labelled_images(self, batch, generator))
        logits = self.classify(features).float()
        accuracy = (logits.argmax(1) == batch["kind"]).float().mean()
        return {
            "loss": F.cross_entropy(logits, batch["kind"]),
            "accuracy": accuracy,
            "embedding": features,
        }


def labelled_images(method: Method, batch: Batch, generator: torch.Generator) -> Tensor:
    """The labelled frames of a batch as the method's trunk wants them; they have no motion, so
    they may be cropped and mirrored."""
    images = augment(batch["labelled"], method.train_size, AUGMENTATION, generator)
    return method.trunk.normalize(images)
