"""Crops of several sizes of the same images (multi-crop, SwAV, Caron et al., NeurIPS 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment


@dataclass(frozen=True)
class MultiCrop:
    """Which crops are taken; DINO's areas by default, as sides."""

    global_count: int = 2
    """Crops of an image that show most of it."""
    local_count: int = 6
    """Crops of an image that show a part of it; DINO has 8."""
    local_size: float = 0.5
    """Side of a local crop's image as a fraction of a global one's; DINO has 96 of 224 pixels."""
    global_crops: Augmentation = field(
        default_factory=lambda: Augmentation(crop_side=(0.63, 1.0), gray=0.2, blur=0.5)
    )
    local_crops: Augmentation = field(
        default_factory=lambda: Augmentation(crop_side=(0.22, 0.63), gray=0.2, blur=0.5)
    )


def multi_crop(
    frames: UInt8[Tensor, "B 3 H W"], size: int, settings: MultiCrop, generator: torch.Generator
) -> list[Float[Tensor, "N 3 s s"]]:
    """All global crops of the images in one batch, all local ones in a smaller one.

    Args:
        frames: images.
        size: side of the global crops' images, pixels.
        settings: which crops are taken.
        generator: source of all random numbers, on the CPU.

    Returns:
        one batch for each size: the first crop of every image, then the second of every image, and
        so on; values in [0, 1].
    """
    kinds = [
        (settings.global_count, size, settings.global_crops),
        (settings.local_count, round(settings.local_size * size), settings.local_crops),
    ]
    return [
        augment(frames.repeat(count, 1, 1, 1), side, augmentation, generator)
        for count, side, augmentation in kinds
        if count
    ]
