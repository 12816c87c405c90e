"""What methods need of the other processes; with one process everything stays as it is."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Which of them this is."""
    return dist.get_rank() if world_size() > 1 else 0


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        x = x.contiguous()  # images may have their channels last
        parts = [torch.empty_like(x) for _ in range(world_size())]
        dist.all_gather(parts, x)
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


def shuffle(x: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """As many rows as there were in ``x`` (B, ...), but of all processes, and the order (W x B,)
    that all of them were brought into, a function of the seed.

    Where each process has a BatchNorm of its own, queries and keys of one batch would know each
    other by its statistics; the keys of a batch are spread over the processes for that (MoCo).
    """
    order = torch.randperm(world_size() * len(x), generator=torch.Generator().manual_seed(seed))
    return gather(x)[_share(order).to(x.device)], order


def unshuffle(x: Tensor, order: Tensor) -> Tensor:
    """The rows (B, ...) of this process from what all processes made of the shuffled ones."""
    return gather(x)[_share(order.argsort()).to(x.device)]


def _share(rows: Tensor) -> Tensor:
    return rows.chunk(world_size())[rank()]


def mean_over_processes(x: Tensor) -> Tensor:
    """The mean of a tensor over the processes, without gradients."""
    if world_size() == 1:
        return x
    total = x.detach().clone()
    dist.all_reduce(total)
    return total / world_size()


def average_statistics(module: nn.Module) -> None:
    """Give every process the mean of the running statistics of their BatchNorm layers, which each
    took over its own images. They are averages over steps: a mean now or later is the same."""
    if world_size() > 1:
        for norm in module.modules():
            if isinstance(norm, _BatchNorm) and norm.running_mean is not None:
                for statistics in (norm.running_mean, norm.running_var):
                    statistics.copy_(mean_over_processes(statistics))


class SyncBatchNorm(_BatchNorm):
    """BatchNorm over the images of all processes, on CPUs too, which PyTorch's own refuses."""

    def _check_input_dim(self, x: Tensor) -> None:
        pass  # images and vectors alike

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or world_size() == 1:
            return super().forward(x)
        dims, values = [0, *range(2, x.dim())], x.float()
        moments = torch.stack([values.mean(dims), values.square().mean(dims)])  # (2, C)
        mean, square = gather(moments[None]).mean(0)  # processes have equally many images
        variance = square - mean.square()
        if self.track_running_stats:
            count = world_size() * x.numel() / x.shape[1]
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(variance.detach() * count / (count - 1), self.momentum)
        shape = [1, -1, *[1] * (x.dim() - 2)]
        normal = (values - mean.view(shape)) * (variance + self.eps).rsqrt().view(shape)
        if self.affine:
            normal = normal * self.weight.view(shape) + self.bias.view(shape)
        return normal.to(x.dtype)


def synchronize_batch_norm(module: nn.Module) -> nn.Module:
    """The module with every BatchNorm layer taking its statistics over all processes."""
    for name, child in module.named_children():
        if isinstance(child, _BatchNorm) and not isinstance(child, SyncBatchNorm):
            twin = SyncBatchNorm(
                child.num_features,
                child.eps,
                child.momentum,
                child.affine,
                child.track_running_stats,
            )
            twin.weight, twin.bias = child.weight, child.bias
            twin.running_mean, twin.running_var = child.running_mean, child.running_var
            twin.num_batches_tracked = child.num_batches_tracked
            setattr(module, name, twin)
        else:
            synchronize_batch_norm(child)
    return module
