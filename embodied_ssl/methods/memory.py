"""What is remembered of earlier steps: a queue of the newest keys, a bank with a row a sample.

Both are buffers, so that checkpoints hold them, and the same in every process.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from embodied_ssl.distributed import gather


class Queue(nn.Module):
    """The newest keys, first in, first out; random unit vectors until it has been filled.

    Args:
        dim: D, numbers in a key.
        size: K, keys that it holds.
    """

    def __init__(self, dim: int, size: int):
        super().__init__()
        self.register_buffer("keys", F.normalize(torch.randn(size, dim), dim=1))  # (K, D)
        self.register_buffer("pointer", torch.zeros((), dtype=torch.long))  # at the oldest key

    @torch.no_grad()
    def enqueue(self, keys: Float[Tensor, "B D"]) -> None:
        """Put the keys of all processes, in the order of their ranks, where the oldest are."""
        size, keys = len(self.keys), gather(keys.detach())
        places = (self.pointer + torch.arange(len(keys), device=keys.device)) % size
        # Of more keys than there are places the last ones stay.
        self.keys[places[-size:]] = keys[-size:].to(self.keys.dtype)
        self.pointer.copy_((self.pointer + len(keys)) % size)


class Bank(nn.Module):
    """One unit vector for each sample of an epoch, at the sample's ``index``.

    Args:
        dim: D, numbers in a row.
        momentum: part of the old row that an update keeps.
    """

    def __init__(self, dim: int, momentum: float):
        super().__init__()
        self.dim, self.momentum = dim, momentum
        self.register_buffer("values", torch.zeros(0, dim))  # (size, D) once it is open

    def open(self, size: int) -> None:
        """Make room for so many samples, random unit vectors; when the sampler is opened."""
        values = torch.randn(size, self.dim, device=self.values.device)
        self.values = F.normalize(values, dim=1)

    @torch.no_grad()
    def update(self, index: Int[Tensor, " B"], values: Float[Tensor, "B D"]) -> None:
        """Mix the normalised values of the samples of all processes into their rows.

        Of a sample that came twice, as where one epoch ends and the next begins, the last counts.
        """
        index, values = gather(index), gather(values.detach())
        same = index[:, None] == index  # (B, B)
        # Both rows write the same then: which of them is written last differs from GPU to GPU.
        last = (same * torch.arange(len(index), device=index.device)).argmax(1)
        values = F.normalize(values[last].to(self.values.dtype), dim=1)
        mixed = self.momentum * self.values[index] + (1 - self.momentum) * values
        self.values[index] = F.normalize(mixed, dim=1)

    def drawn(self, count: int, generator: torch.Generator) -> Int[Tensor, " count"]:
        """Random rows for negatives, each as likely as any other, a sample's own too."""
        return torch.randint(len(self.values), (count,), generator=generator)
