"""Tiles of images: cut out, put on one scale, shuffled in known ways."""

from __future__ import annotations

from itertools import chain, permutations
from math import factorial

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

MAX_TILES = 9
"""Of a permutation set: it is chosen among all their permutations."""
GRAY_LEVEL = 1 / 255


def cut_tiles(
    images: Float[Tensor, "B 3 s s"], grid: int, size: int, generator: torch.Generator
) -> Float[Tensor, "B grid*grid 3 size size"]:
    """A tile of each cell of a grid over each image, row by row from the top left.

    Each tile lies at a random place within its cell, so the gaps between neighbours vary.

    Args:
        images: square ones.
        grid: cells along a side.
        size: side of the tiles, pixels, no more than that of the smallest cell.
        generator: source of all random numbers, on the CPU.
    """
    count, side = len(images), images.shape[-1]
    if not 0 < size <= side // grid:
        raise ValueError(f"tiles of {size} pixels do not fit into {grid} cells of {side}.")
    edges = torch.arange(grid + 1) * side // grid
    row, column = torch.arange(grid * grid) // grid, torch.arange(grid * grid) % grid
    cell = torch.stack([row, column], dim=1)  # (T, 2)
    start, end = edges[cell], edges[cell + 1]
    free = end - start - size + 1  # places for a tile along each axis
    drawn = torch.rand((count, grid * grid, 2), generator=generator)
    top, left = (start + (drawn * free).long()).to(images.device).unbind(2)  # (B, T) each
    windows = images.unfold(2, size, 1).unfold(3, size, 1)  # every place, without a copy
    each = torch.arange(count, device=images.device)[:, None]
    return windows[each, :, top, left]


def standardized(tiles: Float[Tensor, "... 3 h w"]) -> Float[Tensor, "... 3 h w"]:
    """Each channel of each tile less its mean, over its standard deviation.

    A channel that varies by less than a grey level is not blown up.
    """
    mean, std = tiles.mean((-2, -1), keepdim=True), tiles.std((-2, -1), keepdim=True)
    return (tiles - mean) / std.clamp(min=GRAY_LEVEL)


def permutation_set(count: int, tiles: int, seed: int) -> Int[Tensor, "count tiles"]:
    """Permutations that differ in as many places as a greedy choice can make them.

    The first is drawn, each further one is farthest, by its smallest Hamming distance, from those
    already chosen (Noroozi and Favaro 2016). 100 permutations of 9 tiles differ in at least 6
    places.

    Args:
        count: of permutations, at most all there are.
        tiles: at most ``MAX_TILES``.
        seed: of the first one, and of the order among equals.
    """
    if not 0 < tiles <= MAX_TILES or not 0 < count <= factorial(tiles):
        raise ValueError(f"no {count} permutations of {tiles} tiles.")
    numbers = chain.from_iterable(permutations(range(tiles)))
    every = np.fromiter(numbers, np.int8, tiles * factorial(tiles)).reshape(-1, tiles)
    every = np.random.default_rng(seed).permutation(every).T.copy()  # (tiles, all of them)
    nearest = np.full(every.shape[1], tiles + 1, np.int8)
    chosen = [0]
    while len(chosen) < count:
        distance = (every != every[:, chosen[-1], None]).sum(0, dtype=np.int8)
        np.minimum(nearest, distance, out=nearest)
        chosen.append(int(nearest.argmax()))
    return torch.from_numpy(every[:, chosen].T.astype(np.int64))
