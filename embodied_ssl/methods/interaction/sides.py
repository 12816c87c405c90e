"""The eight sides from which the table looks alike, and what was predicted from each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import torch
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.sampling import Batch

SIDES = tuple(product(range(4), (False, True)))
"""Quarters that images are turned counter-clockwise, after they were mirrored left to right."""


def from_all_sides(batch: Batch, columns: Sequence[str]) -> list[Batch]:
    """A batch with its images (N, C, s, s) seen from each of ``SIDES``."""
    return [batch | {c: _seen_from(batch[c], *side) for c in columns} for side in SIDES]


def _seen_from(images: Tensor, quarters: int, mirrored: bool) -> Tensor:
    images = images.flip(3) if mirrored else images
    return images.rot90(quarters, (2, 3))


def turned_back(push: Float[Tensor, "B 5"], quarters: int, mirrored: bool) -> Float[Tensor, "B 5"]:
    """A push in such images as it is in those that they were made of.

    Args:
        push: u and v of its start and of its end, v down, -1 to 1 from side to side; and its
            height.
    """
    ends = push[:, :4].unflatten(1, (2, 2))
    for _ in range(quarters):
        ends = torch.stack([-ends[..., 1], ends[..., 0]], dim=2)
    if mirrored:
        ends = torch.stack([-ends[..., 0], ends[..., 1]], dim=2)
    return torch.cat([ends.flatten(1), push[:, 4:]], dim=1)
