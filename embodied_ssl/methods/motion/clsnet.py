"""CLSNET: supervised only, on a few labelled frames; the paper's baseline (ICCV 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.labelled import LabelledSampler
from embodied_ssl.trunks import Trunk

CATEGORIES = 32  # of rooms at most; an output without a category costs nothing
AUGMENTATION = Augmentation((0.6, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02)


class CLSNet(Method):
    """A few labelled frames, classified (CLSNET, the baseline of Jayaraman and Grauman, 2015)."""

    worlds = ("rooms",)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of CLSNET."""

        labelled: Annotated[int, Within(0, 1 << 20)] = 6
        """Labelled frames of each category of room; 0 for all."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.classify = nn.Linear(trunk.dim, CATEGORIES)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        count = self.config.labelled
        return LabelledSampler(caches["rooms"], batch_size, seed, count, CATEGORIES)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        images = labelled_images(self, batch["labelled"], step)
        return {"images": images, "category": batch["category"]}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.classify(self.trunk.pool(stages)).float()
        return {
            "loss": F.cross_entropy(logits, batch["category"]),
            "accuracy": (logits.argmax(1) == batch["category"]).float().mean(),
        }


def labelled_images(
    method: Method, frames: UInt8[Tensor, "B 3 S S"], step: Step
) -> Float[Tensor, "B 3 s s"]:
    """Labelled frames as the method's trunk wants them; they have no motion, so they may be
    cropped and mirrored."""
    return method.trunk.normalize(augment(frames, method.train_size, AUGMENTATION, step.generator))
