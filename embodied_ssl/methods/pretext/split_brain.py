"""Split-brain autoencoders: each half tells what only the other sees (Zhang et al., CVPR 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.augment import CROPS, Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.color import rgb_to_lab
from embodied_ssl.color_bins import ab_bins, annealed_mean, soft_cross_entropy, soft_encode
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import MapHead, shrunk
from embodied_ssl.methods.pretext.colorization import SCALE, colored
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks.split import SplitTrunk

LEVELS = 100
"""Bins of lightness, from 0 to 100."""


class SplitBrain(Method):
    """Colour from lightness, lightness from colour, by halves of a trunk (Zhang et al., CVPR 2017).

    Both are classified: colour in the bins of the ab plane, lightness in 100 bins. Side by side the
    features of the halves are those of the trunk.
    """

    trunk_type = SplitTrunk

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of split-brain autoencoders."""

        hidden: Annotated[int, Within(2, 4096)] = 128
        """Channels of each head."""
        augmentation: Augmentation = CROPS
        """Only crops and mirror images, as in the paper."""

    def __init__(self, trunk: SplitTrunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.side = max(train_size // SCALE, 1)
        sees_lightness, sees_color = trunk.halves
        bins, hidden = len(ab_bins()), config.hidden
        self.color = MapHead(sees_lightness, train_size, bins, self.side, hidden)
        self.lightness = MapHead(sees_color, train_size, LEVELS, self.side, hidden)

    @property
    def chance(self) -> dict[str, float]:
        return {"lightness_accuracy": 1 / LEVELS, "color_accuracy": 1 / len(ab_bins())}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` in colour, of which the trunk gives each half its part; ``ab`` (B, 2, g, g)
        and the bin of lightness, ``level`` (B, g, g)."""
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        small = shrunk(rgb_to_lab(images), self.side)
        level = small[:, 0].long().clamp(0, LEVELS - 1)
        return {"images": self.trunk.normalize(images), "ab": small[:, 1:], "level": level}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        color, lightness = self.told(stages)
        target, level = soft_encode(batch["ab"]), batch["level"]
        equal = torch.ones(target.shape[1], device=target.device)
        losses = soft_cross_entropy(color, target, equal), F.cross_entropy(lightness, level)
        return {
            "loss": losses[0] + losses[1],
            "color_accuracy": (color.argmax(1) == target.argmax(1)).float().mean(),
            "lightness_accuracy": (lightness.argmax(1) == level).float().mean(),
        }

    def told(self, stages: Stages) -> tuple[Tensor, Tensor]:
        """Logits of the colour (B, Q, g, g) and of the lightness (B, 100, g, g)."""
        logits, start = [], [0] * len(stages)
        for half, head in zip(self.trunk.halves, (self.color, self.lightness), strict=True):
            ends = [a + b for a, b in zip(start, half.stage_dims, strict=True)]
            own = [x[:, a:b] for x, a, b in zip(stages, start, ends, strict=True)]
            logits.append(head(own[head.stage], half.pool(own)).float())
            start = ends
        return logits[0], logits[1]

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            color, lightness = self.told(self.encode(batch))
            images = batch["images"] * self.trunk.std + self.trunk.mean
            seen = rgb_to_lab(images)[:, :1] / 100
            levels = torch.arange(LEVELS, device=lightness.device) + 0.5
            mean = torch.einsum("blhw,l->bhw", lightness.softmax(1), levels)[:, None] / 100
            return {
                "true": images,
                "colour told from lightness": colored(seen, annealed_mean(color)),
                "lightness told from colour": mean.expand(-1, 3, -1, -1),
            }

        return [
            picture_strips(self, caches, seed, pictures, "What the halves tell of unseen frames")
        ]
