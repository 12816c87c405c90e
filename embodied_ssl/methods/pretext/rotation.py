"""RotNet: tell by how much an image was turned (Gidaris, Singh and Komodakis, ICLR 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.pretext.pictures import SHOWN, judged_pictures, unseen_batch
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class Rotation(Method):
    """The turn of an image, one of four, classified (RotNet, Gidaris et al., ICLR 2018)."""

    @dataclass(frozen=True)
    class Config:
        """Settings of RotNet."""

        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.7, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """Before the turn. The paper only mirrors; cutting out squares widens our few images."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.classify = nn.Linear(trunk.dim, 4)

    @property
    def chance(self) -> dict[str, float]:
        return {"accuracy": 1 / 4}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """Four copies of each image in one batch, as in the paper: turned by 0, 90, 180 and 270
        degrees counter-clockwise."""
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        turned = torch.cat([images.rot90(turns, dims=(2, 3)) for turns in range(4)])  # (4B, ...)
        turns = torch.arange(4, device=images.device).repeat_interleave(len(images))
        return {"images": self.trunk.normalize(turned), "turns": turns}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.classify(self.trunk.pool(stages)).float()
        return {
            "loss": F.cross_entropy(logits, batch["turns"]),
            "accuracy": (logits.argmax(1) == batch["turns"]).float().mean(),
        }

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        batch = unseen_batch(self, caches, seed, SHOWN)
        told = self.classify(self.trunk.pool(self.encode(batch))).argmax(1)
        images = batch["images"] * self.trunk.std + self.trunk.mean
        each = torch.arange(SHOWN)
        some = each + SHOWN * (each % 4)  # another image and another turn each time
        captions = [f"told: {90 * int(turns)}°" for turns in told[some]]
        right = (told == batch["turns"])[some].tolist()
        return [judged_pictures(images[some], captions, right, "Turns of unseen frames")]
