"""A batch through a trunk piece by piece, with the gradient of the whole batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


def in_pieces(
    trunk: nn.Module, encode: Callable[..., list[Tensor]], pieces: int, *inputs: Tensor
) -> list[Tensor]:
    """What ``encode`` makes of the inputs, passed in so many pieces.

    The activations of a piece are thrown away and computed again when its gradient is due (Chen et
    al. 2016), so that a contrastive loss sees a batch that would not fit into memory (as gradient
    caching does, Gao et al. 2021). BatchNorm takes its statistics over a piece. What is random in
    the trunk is the same both times.

    Args:
        trunk: whose BatchNorm layers count every piece once.
        encode: passes images (n, ...) through the trunk.
        pieces: 1 for the whole batch at once.
        inputs: of ``encode``, each (N, ...).
    """
    if pieces == 1 or not torch.is_grad_enabled():
        return encode(*inputs)

    def contexts() -> tuple[AbstractContextManager, AbstractContextManager]:
        return nullcontext(), _same_statistics(trunk)

    parts = [
        checkpoint(encode, *piece, use_reentrant=False, context_fn=contexts)
        for piece in zip(*(each.chunk(pieces) for each in inputs), strict=True)
    ]
    return [torch.cat(maps) for maps in zip(*parts, strict=True)]


@contextmanager
def _same_statistics(module: nn.Module) -> Iterator[None]:
    """What BatchNorm layers see meanwhile does not count for their averages."""
    norms = [each for each in module.modules() if isinstance(each, _BatchNorm)]
    before = [(norm.momentum, norm.num_batches_tracked.clone()) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, (momentum, count) in zip(norms, before, strict=True):
            norm.momentum = momentum
            norm.num_batches_tracked.copy_(count)
