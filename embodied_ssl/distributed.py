"""What methods need of the other processes; with one process everything stays as it is."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Which of them this is."""
    return dist.get_rank() if world_size() > 1 else 0


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        parts = [torch.empty_like(x) for _ in range(world_size())]
        dist.all_gather(parts, x.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        gradient = gradient.contiguous()
        # Every process has a loss of its own that looks at these rows. DistributedDataParallel
        # takes the mean of the processes' gradients: the sum here makes it that of the mean loss.
        dist.all_reduce(gradient)
        return gradient.chunk(world_size())[rank()]


def gather(x: Tensor) -> Tensor:
    """The rows (B, ...) of all processes in the order of their ranks, (W x B, ...), with
    gradients to the rows of every process."""
    if world_size() == 1:
        return x
    if x.requires_grad:
        return _Gather.apply(x)
    return _Gather.forward(None, x)


def mean_over_processes(x: Tensor) -> Tensor:
    """The mean of a tensor over the processes, without gradients."""
    if world_size() == 1:
        return x
    total = x.detach().clone()
    dist.all_reduce(total)
    return total / world_size()
