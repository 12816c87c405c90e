"""Tiles of images: cut out, put on one scale, shuffled in known ways."""

from __future__ import annotations

from itertools import chain, permutations
from math import ceil, factorial

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

MAX_TILES = 9
"""Of a permutation set: it is chosen among all their permutations."""
GRAY_LEVEL = 1 / 255
MIN_TILE = 24
"""Pixels; below, AlexNet's stages have no extent."""
COARSEST = 10  # pixels along a side


def cut_tiles(
    images: Float[Tensor, "B 3 s s"],
    grid: int,
    size: int,
    generator: torch.Generator,
    jitter: int | None = None,
) -> Float[Tensor, "B grid*grid 3 size size"]:
    """A tile of each cell of a grid over each image, row by row from the top left.

    Each tile lies at a random place within its cell, so the gaps between neighbours vary.

    Args:
        images: square ones.
        grid: cells along a side.
        size: side of the tiles, pixels, no more than that of the smallest cell.
        generator: source of all random numbers, on the CPU.
        jitter: pixels by which a tile is off the middle of its cell, at most; by default it lies
            anywhere in it.
    """
    count, side = len(images), images.shape[-1]
    if not 0 < size <= side // grid:
        raise ValueError(f"tiles of {size} pixels do not fit into {grid} cells of {side}.")
    edges = torch.arange(grid + 1) * side // grid
    row, column = torch.arange(grid * grid) // grid, torch.arange(grid * grid) % grid
    cell = torch.stack([row, column], dim=1)  # (T, 2)
    start, end = edges[cell], edges[cell + 1]
    free = end - start - size + 1  # places for a tile along each axis
    if jitter is not None:
        spare = (free - 1 - 2 * jitter).clamp(min=0)  # equally on both sides
        start, free = start + spare // 2, free - spare
    drawn = torch.rand((count, grid * grid, 2), generator=generator)
    top, left = (start + (drawn * free).long()).to(images.device).unbind(2)  # (B, T) each
    windows = images.unfold(2, size, 1).unfold(3, size, 1)  # every place, without a copy
    each = torch.arange(count, device=images.device)[:, None]
    return windows[each, :, top, left]


def tile_sizes(train_size: int, grid: int, share: float) -> tuple[int, int]:
    """Sides, in pixels, of tiles that are a share of their cell's side, and of the image that they
    are cut from: larger than ``train_size`` where tiles would have less than ``MIN_TILE``."""
    tile = max(round(share * train_size / grid), MIN_TILE)
    return tile, max(train_size, grid * ceil(tile / share))


def drop_colors(
    tiles: Float[Tensor, "N 3 h w"], generator: torch.Generator
) -> Float[Tensor, "N 3 h w"]:
    """Of each tile one channel, drawn; the others become noise about its mean, a hundredth of its
    standard deviation strong (Doersch et al. 2015)."""
    kept = torch.randint(3, (len(tiles),), generator=generator).to(tiles.device)
    noise = torch.randn(tiles.shape, generator=generator).to(tiles.device)
    channel = tiles[torch.arange(len(tiles), device=tiles.device), kept][:, None]  # (N, 1, h, w)
    mean, std = channel.mean((-2, -1), keepdim=True), channel.std((-2, -1), keepdim=True)
    own = torch.arange(3, device=tiles.device)[None, :, None, None] == kept[:, None, None, None]
    return torch.where(own, tiles, mean + std / 100 * noise)


def project_colors(tiles: Float[Tensor, "N 3 h w"]) -> Float[Tensor, "N 3 h w"]:
    """Without what they have on the axis from green to magenta (Doersch et al. 2015)."""
    axis = torch.tensor([-1.0, 2.0, -1.0], device=tiles.device)
    along = torch.eye(3, device=tiles.device) - torch.outer(axis, axis) / axis.square().sum()
    return torch.einsum("ij,njhw->nihw", along, tiles)


def pixelate(
    tiles: Float[Tensor, "N 3 h w"], share: float, generator: torch.Generator
) -> Float[Tensor, "N 3 h w"]:
    """A share of the tiles, drawn, made smaller by area and as large as before again, by one
    factor, drawn, down to 10 x 10 pixels (Doersch et al. 2015)."""
    size = tiles.shape[-1]
    chosen = (torch.rand(len(tiles), generator=generator) < share).to(tiles.device)
    drawn = torch.randint(min(COARSEST, size - 1), size, (), generator=generator)
    small = F.interpolate(tiles, size=int(drawn), mode="area")
    coarse = F.interpolate(small, size=size, mode="bilinear", align_corners=False)
    return torch.where(chosen[:, None, None, None], coarse, tiles)


def standardized(tiles: Float[Tensor, "... 3 h w"]) -> Float[Tensor, "... 3 h w"]:
    """Each channel of each tile less its mean, over its standard deviation.

    A channel that varies by less than a grey level is not blown up.
    """
    mean, std = tiles.mean((-2, -1), keepdim=True), tiles.std((-2, -1), keepdim=True)
    return (tiles - mean) / std.clamp(min=GRAY_LEVEL)


def laid_out(tiles: Float[Tensor, "B T 3 h w"], grid: int) -> Float[Tensor, "B 3 H W"]:
    """The tiles of each image beside each other, row by row."""
    rows = tiles.unflatten(1, (grid, grid)).permute(0, 3, 1, 4, 2, 5)  # (B, 3, g, h, g, w)
    return rows.flatten(4, 5).flatten(2, 3)


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
