"""Which patches of an image a network sees."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
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
