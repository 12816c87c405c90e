"""Which patches of an image a network sees."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor


def random_masking(
    count: int, patches: int, ratio: float, generator: torch.Generator
) -> tuple[Int[Tensor, "count kept"], Int[Tensor, "count patches"]]:
    """Patches drawn to be kept and to be removed, the same number in each image.

    Args:
        count: of images.
        patches: of an image.
        ratio: part of the patches that is removed; at least one stays and one goes.
        generator: source of all random numbers, on the CPU.

    Returns:
        ids_keep: the patches that are kept, in random order.
        ids_restore: places of all patches in the sequence "kept ones first, then removed ones", so
            ``sequence.gather(1, ids_restore)`` has them in order again.
    """
    if patches < 2 or not 0 < ratio < 1:
        raise ValueError(f"cannot remove {ratio} of {patches} patches.")
    kept = min(max(round(patches * (1 - ratio)), 1), patches - 1)
    ids_shuffle = torch.rand((count, patches), generator=generator).argsort(1)
    return ids_shuffle[:, :kept], ids_shuffle.argsort(1)


def block_masking(
    count: int, grid: int, ratio: float, smallest: int, generator: torch.Generator
) -> Bool[Tensor, "count patches"]:
    """Which patches are masked: blocks of random shape until a share is reached (BEiT, Bao et al.,
    ICLR 2022).

    Args:
        count: of images.
        grid: patches along a side.
        ratio: part of the patches that is masked, the same number in each image.
        smallest: patches of a block, at least, as far as there are as many to go.
        generator: source of all random numbers, on the CPU.
    """
    wanted = min(max(round(ratio * grid * grid), 1), grid * grid - 1)
    masks = torch.zeros(count, grid, grid, dtype=torch.bool)
    for mask in masks:
        while (left := wanted - int(mask.sum())) > 0:
            area, aspect, row, column = torch.rand(4, generator=generator).tolist()
            area = min(smallest, left) + area * max(left - smallest, 0)
            aspect = 0.3 ** (2 * aspect - 1)  # from .3 to 1 / .3, as likely high as wide
            height = min(max(round((area * aspect) ** 0.5), 1), grid)
            width = min(max(round((area / aspect) ** 0.5), 1), grid)
            top, start = int(row * (grid - height + 1)), int(column * (grid - width + 1))
            block = mask[top : top + height, start : start + width]
            new = (~block).nonzero()[:left]  # no more than are wanted
            block[new[:, 0], new[:, 1]] = True
    return masks.flatten(1)


def removed(ids_restore: Int[Tensor, "B L"], kept: int) -> Float[Tensor, "B L"]:
    """The mask over the patches in order: 0 is keep, 1 is remove."""
    return (ids_restore >= kept).float()


def patchify(images: Float[Tensor, "B 3 s s"], patch: int) -> Float[Tensor, "B L 3*patch*patch"]:
    """The pixels of each patch, patches row by row; within one: row, column, channel."""
    count, channels, height, width = images.shape
    x = images.reshape(count, channels, height // patch, patch, width // patch, patch)
    return x.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def unpatchify(patches: Float[Tensor, "B L P"], patch: int) -> Float[Tensor, "B 3 s s"]:
    """The square images whose patches they are."""
    grid = round(patches.shape[1] ** 0.5)
    x = patches.reshape(len(patches), grid, grid, patch, patch, -1)
    return x.permute(0, 5, 1, 3, 2, 4).reshape(len(patches), -1, grid * patch, grid * patch)


def centre_region(count: int, side: int) -> Float[Tensor, "count 1 side side"]:
    """The middle square of images, half as high and wide: 1 inside, 0 outside."""
    region = torch.zeros(count, 1, side, side)
    start = side // 4
    region[..., start : start + side // 2, start : start + side // 2] = 1
    return region


def random_region(
    count: int, side: int, share: float, generator: torch.Generator, grain: int = 6
) -> Float[Tensor, "count 1 side side"]:
    """A random shape of each image that covers a share of it: 1 inside, 0 outside.

    It is where smooth noise, drawn on a grid of ``grain`` x ``grain``, is highest (Context
    Encoders, Pathak et al. 2016).
    """
    noise = torch.rand((count, 1, grain, grain), generator=generator)
    smooth = F.interpolate(noise, size=side, mode="bicubic", align_corners=False)
    level = smooth.flatten(1).quantile(1 - share, dim=1)
    return (smooth > level[:, None, None, None]).float()


def eroded(region: Float[Tensor, "B 1 s s"], pixels: int) -> Float[Tensor, "B 1 s s"]:
    """The region without a border of so many pixels along its edge."""
    return 1 - F.max_pool2d(1 - region, 2 * pixels + 1, stride=1, padding=pixels)
