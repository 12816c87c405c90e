"""Parts of a batch that passed the trunk together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def parts_of(maps: Tensor, counts: Sequence[int]) -> tuple[Tensor, ...]:
    """``maps.split(counts)`` with a gradient that lies in memory as the maps do.

    That of ``split`` has its channels first wherever a part had none, and all that it meets on its
    way through the trunk becomes slow.
    """
    if 0 in maps.stride():  # expanded: it has no memory of its own
        return maps.split(list(counts))
    return _Parts.apply(maps, tuple(counts))


class _Parts(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, maps: Tensor, counts: tuple[int, ...]) -> tuple[Tensor, ...]:
        ctx.set_materialize_grads(False)
        ctx.shape, ctx.strides, ctx.counts = maps.shape, maps.stride(), counts
        return maps.split(counts)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, None]:
        some = next((each for each in gradients if each is not None), None)
        if some is None:
            return None, None
        whole = torch.empty_strided(ctx.shape, ctx.strides, dtype=some.dtype, device=some.device)
        for part, gradient in zip(whole.split(ctx.counts), gradients, strict=True):
            part.zero_() if gradient is None else part.copy_(gradient)
        return whole, None
