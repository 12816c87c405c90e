"""What a Vision Transformer looks at, and the segmentation that this gives (DINO, ICCV 2021)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

SHOWN_HEADS = 3
MASS = 0.6
"""Part of a head's attention that its segmentation keeps, as in the paper."""


def attended(
    attention: Float[Tensor, "B heads h w"], mass: float = MASS
) -> Bool[Tensor, "B heads h w"]:
    """The fewest patches that hold so much of a head's attention to patches."""
    flat = attention.flatten(2)
    share, order = (flat / flat.sum(2, keepdim=True)).sort(dim=2, descending=True)
    before = share.cumsum(2) - share  # of all that are looked at more
    kept = torch.zeros_like(flat, dtype=torch.bool).scatter(2, order, before < mass)
    return kept.unflatten(2, attention.shape[2:])


def attention_pictures(
    images: Float[Tensor, "B 3 s s"], attention: Float[Tensor, "B heads h w"]
) -> dict[str, Float[Tensor, "B 3 s s"]]:
    """Caption -> pictures of each head: its attention, brightest where it looks most, and the image
    with all but its segmentation darkened."""
    size, shown = images.shape[-1], {}
    kept = attended(attention).float()
    for head in range(min(attention.shape[1], SHOWN_HEADS)):
        looked = attention[:, head : head + 1]
        looked = looked / looked.amax((2, 3), keepdim=True)
        heat = F.interpolate(looked, size=(size, size), mode="nearest")
        shown[f"head {head + 1}"] = heat.expand(-1, 3, -1, -1)
        mask = F.interpolate(kept[:, head : head + 1], size=(size, size), mode="nearest")
        shown[f"its {MASS:.0%} ({head + 1})"] = images * (0.2 + 0.8 * mask)
    return shown
