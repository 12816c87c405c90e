"""What dense features find: points of one view of an object, looked for in another."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from embodied_ssl.figures import ACCENTS_RGB
from embodied_ssl.products import float32_product

DOTS = 16  # would stand beside one another along a side
RASTER = 32  # places along a side among which the most similar one is looked for

Features = Callable[[Float[Tensor, "N K 2"], Bool[Tensor, "N K"]], Float[Tensor, "M D"]]
"""The features at the chosen pixels of N images, image by image."""


def found_points(
    features: Features,
    images: Float[Tensor, "2B 3 s s"],
    pixels: Float[Tensor, "2B K 2"],
    matched: Bool[Tensor, "B K"],
) -> dict[str, Float[Tensor, "B 3 s s"]]:
    """A few points of first views, where they are in second ones, and where they are found.

    Args:
        features: of the images, first views before second ones.
        images: with values in [0, 1].
        pixels: of both views.
        matched: which of them show the same points.
    """
    (first, second), (here, there) = images.chunk(2), pixels.chunk(2)
    nearest = nearest_pixels(features, here, matched, RASTER)
    return {
        "points of a view": dotted(first, _chosen(here, matched)),
        "where they are": dotted(second, _chosen(there, matched)),
        "where they are found": dotted(second, nearest),
    }


def nearest_pixels(
    features: Features,
    pixels: Float[Tensor, "B K 2"],
    matched: Bool[Tensor, "B K"],
    side: int,
) -> list[Float[Tensor, "P 2"]]:
    """Where in each second view the most similar pixel is of each matched one of the first view.

    Args:
        features: of 2B images, first views before second ones.
        pixels: of the first views.
        matched: those that are looked for.
        side: of a raster of so many places along each side that is searched.
    """
    at = (2 * torch.arange(side, device=pixels.device) + 1) / side - 1
    raster = torch.stack(torch.meshgrid(at, at, indexing="xy"), dim=-1).reshape(1, -1, 2)
    none, every = torch.zeros_like(matched), matched.new_ones(len(pixels), side**2)
    queries = features(pixels.repeat(2, 1, 1), torch.cat([matched, none]))
    queries = F.normalize(queries.float(), dim=1)
    keys = features(raster.expand(2 * len(pixels), -1, -1), torch.cat([~every, every]))
    keys = F.normalize(keys.float(), dim=1).unflatten(0, (len(pixels), -1))  # (B, side^2, D)
    ours = queries.split(matched.sum(1).tolist())
    return [
        raster[0, float32_product(mine, theirs.T).argmax(1)]
        for mine, theirs in zip(ours, keys, strict=True)
    ]


def dotted(
    images: Float[Tensor, "B 3 s s"], pixels: list[Float[Tensor, "P 2"]]
) -> Float[Tensor, "B 3 s s"]:
    """Images with a dot of another colour at each pixel, those of the same number alike."""
    images, side = images.clone(), images.shape[-1]
    at = (2 * torch.arange(side, device=images.device) + 1) / side - 1
    for image, places in zip(images, pixels, strict=True):
        for (x, y), rgb in zip(places, ACCENTS_RGB, strict=False):
            near = (at - x).square() + (at[:, None] - y).square() < (1 / DOTS) ** 2
            image[:, near] = image.new_tensor(rgb)[:, None]
    return images


def _chosen(pixels: Tensor, matched: Tensor) -> list[Tensor]:
    return [places[told] for places, told in zip(pixels, matched, strict=True)]
