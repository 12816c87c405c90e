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
    """Caption -> pictures: what some heads look at, brightest where it is most, and the image with
    all but the segmentation of their mean darkened."""

    def enlarged(maps: Tensor) -> Tensor:
        return F.interpolate(maps, size=images.shape[-2:], mode="nearest")

    looked = attention[:, :SHOWN_HEADS]
    heads = enlarged(looked / looked.amax((2, 3), keepdim=True))  # (B, heads, s, s)
    shown = {
        f"head {number}": each[:, None].expand_as(images)
        for number, each in enumerate(heads.unbind(1), start=1)
    }
    kept = enlarged(attended(attention.mean(1, keepdim=True)).float())
    return shown | {"looked at": images * (0.2 + 0.8 * kept)}
