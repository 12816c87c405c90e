"""Copies of modules that follow them slowly: key encoders, targets, teachers."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn


class MomentumCopy(nn.Module):
    """A copy of a module that never learns by gradients, but follows the module's weights.

    Its buffers are its own. Statistics of BatchNorm belong to the weights that made the features,
    and the copy has others than the module: in train mode its layers count their own.

    Args:
        module: what is copied, with the weights that it has now.
    """

    def __init__(self, module: nn.Module):
        super().__init__()
        self.module = copy.deepcopy(module).requires_grad_(False)

    @torch.no_grad()
    def forward(self, *args: Any) -> Any:
        """What the copy makes of it, without gradients."""
        return self.module(*args)

    @torch.no_grad()
    def update(self, module: nn.Module, rate: float) -> None:
        """Go a part of the way to the weights of the module, 1 minus what papers call momentum:
        at rate 0 the copy stays, at 1 it takes the weights over."""
        for own, theirs in zip(self.module.parameters(), module.parameters(), strict=True):
            own.lerp_(theirs, rate)
