"""Whether a network fits into memory, told before any of it is taken."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import torch
from torch import nn

from embodied_ssl.errors import UserError

COPIES = 2
"""Of the weights at least: a network that learns has gradients, one that is read has its file."""


def check_memory(name: str, build: Callable[[], nn.Module]) -> None:
    """UserError when the tensors of a network would not fit into the memory that is free.

    Args:
        name: of the network, for the message.
        build: makes it; called on PyTorch's device without memory, and the random numbers are not
            touched. A network of other people that cannot be made there is not checked.
    """
    try:
        with torch.random.fork_rng(devices=[]), torch.device("meta"):
            network = build()
    except (RuntimeError, TypeError, ValueError):
        return
    tensors = [*network.parameters(), *network.buffers()]
    needed = COPIES * sum(tensor.nbytes for tensor in tensors)
    free = psutil.virtual_memory().available
    if needed > free:
        raise UserError(
            f"{name} with these settings takes at least {needed / 1e9:.0f} GB of memory, and "
            f"{free / 1e9:.0f} are free: make it smaller."
        )
