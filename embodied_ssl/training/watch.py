"""What stops a training: numbers that are not finite, embeddings that have become one point.

What was seen stays on the device: to look at every step would let a GPU wait.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from embodied_ssl.collapse import EMBEDDING_SPREAD
from embodied_ssl.errors import UserError

COLLAPSED = 0.02
"""Spread of embeddings below which they count as one point; at random directions it is 1."""
PATIENCE = 100
"""Steps in a row: a training may begin near one point and leave it."""


class Watch:
    """Remembers the first step that was not finite, and since when embeddings are one point.

    Args:
        device: of the numbers.
        allow_collapse: whether a collapsed training goes on.
    """

    def __init__(self, device: torch.device, allow_collapse: bool = False):
        self.allow_collapse = allow_collapse
        self._broken = torch.zeros((), dtype=torch.long, device=device)  # 0: no step yet
        self._collapsed = torch.zeros((), dtype=torch.long, device=device)  # steps in a row
        self._longest = torch.zeros((), dtype=torch.long, device=device)

    @torch.no_grad()
    def see(self, step: int, numbers: Mapping[str, Tensor]) -> None:
        """Look at the numbers of a step, from 1 on."""
        looked_at = torch.stack([numbers[name].float() for name in ("loss", "gradient_norm")])
        broken = ~looked_at.isfinite().all()
        self._broken = torch.where((self._broken == 0) & broken, step, self._broken)
        spreads = [of for name, of in numbers.items() if name.split("/")[-1] == EMBEDDING_SPREAD]
        if spreads:
            point = torch.stack(spreads).min() < COLLAPSED
            self._collapsed = torch.where(point, self._collapsed + 1, 0)
            self._longest = torch.maximum(self._longest, self._collapsed)

    def check(self) -> None:
        """UserError naming the step of the first number that was not finite, or a collapse."""
        if step := int(self._broken):
            raise UserError(
                f"the loss or its gradient is not finite at step {step}: try a smaller --lr, or "
                "--clip-norm. A checkpoint of before stays."
            )
        if not self.allow_collapse and int(self._longest) >= PATIENCE:
            raise UserError(
                f"the embeddings have collapsed: for {PATIENCE} steps all images had nearly the "
                f"same one (spread below {COLLAPSED}, of 1). Try a smaller --lr or other settings "
                "of the method; --allow-collapse goes on. A checkpoint of before stays."
            )
