"""Colours as classes: the bins of the ab plane (Zhang, Isola and Efros, ECCV 2016)."""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.color import rgb_to_lab

STEP = 10.0
"""Side of a cell of the ab plane."""
NEAREST, SIGMA = 5, 5.0
"""Bins among which a colour is divided, by a Gaussian of so many units."""
SMOOTHING = 0.5
"""lambda: part of the uniform distribution in the one that rare colours are weighted by."""
TEMPERATURE = 0.38
"""Of the annealed mean: between the mean, which is grey, and the mode, which is patchy."""


@cache
def ab_bins() -> Float[Tensor, "Q 2"]:
    """The points of a grid of 10 units in the ab plane that a colour of sRGB has in one of its
    cells: 309. The paper's own list, made in the same way, has 313."""
    levels = torch.linspace(0, 1, 256)
    x, y = (axis.flatten() for axis in torch.meshgrid(levels, levels, indexing="ij"))
    # The most colourful ones lie on the faces of the cube, where one channel is 0 or 1.
    faces = [(torch.full_like(x, end), x, y) for end in (0.0, 1.0)]
    cube = torch.cat([torch.stack(face).roll(turn, 0) for face in faces for turn in range(3)], 1)
    ab = rgb_to_lab(cube[None, :, :, None])[0, 1:, :, 0]  # (2, 6 * 256**2)
    cells = torch.unique((ab / STEP).floor(), dim=1)
    corners = [cells + torch.tensor([[x], [y]]) for x in (0.0, 1.0) for y in (0.0, 1.0)]
    return STEP * torch.unique(torch.cat(corners, dim=1), dim=1).T


def soft_encode(ab: Float[Tensor, "B 2 h w"]) -> Float[Tensor, "B Q h w"]:
    """Each colour divided among its nearest bins, the nearer the more; sums are 1."""
    bins = ab_bins().to(ab.device)
    points = ab.float().permute(0, 2, 3, 1).reshape(-1, 2)
    # By differences: autocast would round a matrix product to 8 bits.
    a, b = ((points[:, i : i + 1] - bins[:, i]).square_() for i in range(2))
    distance = a.add_(b)  # (P, Q), squared
    nearest, places = distance.topk(NEAREST, largest=False)
    weights = torch.softmax(-nearest / (2 * SIGMA**2), dim=1)
    coded = torch.zeros_like(distance).scatter_(1, places, weights)
    count, _, height, width = ab.shape
    return coded.reshape(count, height, width, -1).permute(0, 3, 1, 2)


def annealed_mean(
    logits: Float[Tensor, "B Q h w"], temperature: float = TEMPERATURE
) -> Float[Tensor, "B 2 h w"]:
    """The colours that a distribution over the bins stands for."""
    sharper = torch.softmax(logits.float() / temperature, dim=1)
    bins = ab_bins().to(logits.device)
    return torch.stack([torch.einsum("bqhw,q->bhw", sharper, axis) for axis in bins.T], dim=1)


def rarity_weights(distribution: Float[Tensor, " Q"]) -> Float[Tensor, " Q"]:
    """What a pixel of each bin counts, so that rare colours are learned: the inverse of the
    smoothed distribution; 1 in the mean over the pixels."""
    mixed = (1 - SMOOTHING) * distribution + SMOOTHING / len(distribution)
    weights = 1 / mixed
    return weights / (distribution * weights).sum()


def soft_cross_entropy(
    logits: Float[Tensor, "B Q h w"], target: Float[Tensor, "B Q h w"], weights: Float[Tensor, " Q"]
) -> Float[Tensor, ""]:
    """Cross-entropy with soft labels; a pixel counts what the bin nearest to its colour counts."""
    each = -(target * F.log_softmax(logits.float(), dim=1)).sum(1)  # (B, h, w)
    return (weights.to(each.device)[target.argmax(1)] * each).mean()
