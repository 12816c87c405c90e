"""What the tasks share that tell colours from a grey image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.augment import augment
from embodied_ssl.color import lightness_of, rgb_to_lab
from embodied_ssl.color_bins import ab_bins, soft_encode
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method, Step
from embodied_ssl.methods.decoders import shrunk
from embodied_ssl.sampling import Batch, FrameSampler, Sampler
from embodied_ssl.trunks import Trunk

COUNTED = 256  # frames: their colours stand for those of all
SIDE = 16


class ColorsFromGrey(Method):
    """A method that sees lightness and tells colours, and knows how frequent each of them is.

    So does its trunk wherever it is used: on channels of which it never saw but the sum it would
    give what its random weights make of their differences.
    """

    trunk_defaults: ClassVar = {"sees": "lightness"}

    distribution: Tensor
    """(Q,) how often the training frames have each bin of the ab plane."""

    def __init__(self, trunk: Trunk, config: Any, train_size: int):
        super().__init__(trunk, config, train_size)
        bins = len(ab_bins())
        self.register_buffer("distribution", torch.full((bins,), 1 / bins))

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        self.distribution.copy_(color_distribution(caches.values()))
        return super().open_sampler(caches, batch_size, seed)

    def grey_and_lab(self, batch: Batch, step: Step) -> tuple[Tensor, Tensor]:
        """Augmented images as the trunk sees them, grey, and as Lab; both (B, 3, s, s)."""
        settings = self.config.augmentation
        lab = rgb_to_lab(augment(batch["frames"], self.train_size, settings, step.generator))
        return self.trunk.standardize(lightness_of(lab)), lab


def color_distribution(caches: Iterable[FrameCache]) -> Float[Tensor, " Q"]:
    """How often each bin of the ab plane is seen in the training frames."""
    frames = FrameSampler(caches, COUNTED, seed=0)(0)["frames"]
    lab = rgb_to_lab(shrunk(frames, SIDE) / 255)
    return soft_encode(lab[:, 1:]).mean((0, 2, 3))
