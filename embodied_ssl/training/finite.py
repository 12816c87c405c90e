"""The first step whose numbers were not finite."""

from __future__ import annotations

import torch
from torch import Tensor

from embodied_ssl.errors import UserError


class FiniteWatch:
    """Remembers the first step that said something that is not finite.

    It stays on the device: to look at every step would let a GPU wait.
    """

    def __init__(self, device: torch.device):
        self._first = torch.zeros((), dtype=torch.long, device=device)  # 0: none yet

    @torch.no_grad()
    def see(self, step: int, *numbers: Tensor) -> None:
        """Look at the numbers of a step, from 1 on."""
        broken = ~torch.stack([number.float().isfinite() for number in numbers]).all()
        self._first = torch.where((self._first == 0) & broken, step, self._first)

    def check(self) -> None:
        """UserError naming the step, if there was one."""
        step = int(self._first)
        if step:
            raise UserError(
                f"the loss or its gradient is not finite at step {step}: try a smaller --lr, or "
                "--clip-norm. A checkpoint of before stays."
            )
