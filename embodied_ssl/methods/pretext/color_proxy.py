"""Colour histograms as labels (colorization as a proxy task, Larsson et al., CVPR 2017)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.augment import Augmentation
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.color_bins import ab_bins, soft_encode
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.decoders import shrunk
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.pretext.colors_from_grey import SIDE, ColorsFromGrey
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class ColorProxy(ColorsFromGrey):
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

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.predict = projection_head(trunk.dim, config.hidden, len(ab_bins()))

    @property
    def chance(self) -> dict[str, float]:
        """Of the divergence from the histogram of all frames nothing is explained."""
        return {"explained": 0.0}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``, grey, and the ``histogram`` (B, Q) of each."""
        images, lab = self.grey_and_lab(batch, step)
        histogram = soft_encode(shrunk(lab[:, 1:], SIDE)).mean((2, 3))
        return {"images": images, "histogram": histogram}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits, target = self.predict(self.trunk.pool(stages)).float(), batch["histogram"]
        known = self.distribution.clamp(min=torch.finfo(target.dtype).tiny).log()
        divergence = F.kl_div(F.log_softmax(logits, dim=1), target, reduction="batchmean")
        of_all = F.kl_div(known.expand_as(target), target, reduction="batchmean")
        return {"loss": divergence, "explained": 1 - divergence.detach() / of_all}
