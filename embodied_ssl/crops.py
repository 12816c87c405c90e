"""Crops of images: several sizes of the same one (multi-crop, SwAV), squares at a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

import torch
import torch.nn.functional as F
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
    views: Sequence[UInt8[Tensor, "B 3 H W"]],
    size: int,
    settings: MultiCrop,
    generator: torch.Generator,
) -> list[Float[Tensor, "N 3 s s"]]:
    """All global crops of the images in one batch, all local ones in a smaller one.

    Args:
        views: one or several images of each thing, of which the crops are taken in turn.
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
        augment(torch.cat(list(islice(cycle(views), count))), side, augmentation, generator)
        for count, side, augmentation in kinds
        if count
    ]


def square_at(
    frames: UInt8[Tensor, "B 3 H W"], centre: Float[Tensor, "B 2"], side: float, size: int
) -> UInt8[Tensor, "B 3 size size"]:
    """A square of each image.

    Args:
        frames: images.
        centre: of the squares, column and row as parts of the image's sides.
        side: of the squares, as a part of the image's.
        size: of the result, pixels.
    """
    theta = torch.zeros(len(frames), 2, 3, device=frames.device)
    theta[:, 0, 0] = theta[:, 1, 1] = side
    theta[:, :, 2] = 2 * centre.to(frames.device) - 1
    grid = F.affine_grid(theta, [len(frames), 3, size, size], align_corners=False)
    cut = F.grid_sample(frames.float(), grid, padding_mode="reflection", align_corners=False)
    return cut.round().byte()
