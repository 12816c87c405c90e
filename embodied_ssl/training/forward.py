"""How the forward pass of a training is computed: its precision and its attention kernel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel


@contextmanager
def forward_pass(device: torch.device, bf16: bool) -> Iterator[None]:
    """Compute in bfloat16 if asked to, and attention as it is fastest for a few hundred tokens.

    On a CPU that is the plain product: the backward pass of the fused kernel takes three times as
    long. A GPU has its own choice.
    """
    attention = sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else nullcontext()
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16), attention:
        yield
