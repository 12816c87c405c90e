"""Colour histograms as labels (colorization as a proxy task, Larsson et al., CVPR 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.color import rgb_to_lab
from embodied_ssl.color_bins import ab_bins, soft_encode
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import shrunk
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.pretext.color_statistics import SIDE, color_distribution
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.trunks import Trunk


class ColorProxy(Method):
    """The colour histogram of a grey image, predicted (after Larsson et al., CVPR 2017).

    One distribution over the bins of the ab plane for the whole image, where colorization has one
    for each place.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the proxy."""

        hidden: Annotated[int, Within(2, 1 << 16)] = 512
        """Units of the head."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.5, 1.0), brightness=0, contrast=0, saturation=0, hue=0
            )
        )
        """Only crops and mirror images: colours are the label."""

    distribution: Tensor
    """(Q,) how often the training frames have each bin."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        bins = len(ab_bins())
        self.predict = projection_head(trunk.dim, config.hidden, bins)
        self.register_buffer("distribution", torch.full((bins,), 1 / bins))

    @property
    def chance(self) -> dict[str, float]:
        """Of the divergence from the histogram of all frames nothing is explained."""
        return {"explained": 0.0}

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        self.distribution.copy_(color_distribution(caches.values()))
        return super().open_sampler(caches, batch_size, seed)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``, grey, and the ``histogram`` (B, Q) of each."""
        settings = self.config.augmentation
        lab = rgb_to_lab(augment(batch["frames"], self.train_size, settings, step.generator))
        grey = (lab[:, :1] / 100).expand(-1, 3, -1, -1)
        histogram = soft_encode(shrunk(lab[:, 1:], SIDE)).mean((2, 3))
        return {"images": self.trunk.normalize(grey), "histogram": histogram}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits, target = self.predict(self.trunk.pool(stages)).float(), batch["histogram"]
        known = self.distribution.clamp(min=torch.finfo(target.dtype).tiny).log()
        divergence = F.kl_div(F.log_softmax(logits, dim=1), target, reduction="batchmean")
        of_all = F.kl_div(known.expand_as(target), target, reduction="batchmean")
        return {"loss": divergence, "explained": 1 - divergence.detach() / of_all}
