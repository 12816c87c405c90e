"""Muon: a momentum of weight matrices that is made orthogonal before each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import Optimizer

from embodied_ssl.errors import UserError

QUINTIC, STEPS = (3.4445, -4.7750, 2.0315), 5
"""Jordan's Newton-Schulz steps: of x, x^3 and x^5, so that singular values come near 1 fast."""
MATCHED = 0.2
"""Root mean square of AdamW's usual updates, which those of Muon get (Liu et al., 2025)."""
LEAST_SIDE, MOST_ASPECT = 4, 128
"""Of what is a matrix here: a row alone has no directions, and a table of embeddings is no map."""


class Muon(Optimizer):
    """Muon (Jordan et al., 2024) for the matrices of layers, AdamW for the other weights.

    The matrix of a convolution has a row for each of its outputs; depthwise ones, tokens,
    embeddings and stacks of maps are no matrices. Updates have about the root mean square of
    AdamW's (Liu et al., 2025, "Muon is scalable for LLM training"). A group with an
    ``adam_lr_scale`` is left to AdamW, with that factor of the learning rate.

    Args:
        params: groups of weights; ``lr`` and ``weight_decay`` of a group win over those given here.
        lr: learning rate.
        weight_decay: as in AdamW, apart from the gradient.
        momentum: of the matrices, Nesterov's.
        betas: of AdamW.
        eps: of AdamW, and the least norm of a matrix.
        precision: of the steps that make a matrix orthogonal.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.98),
        eps: float = 1e-8,
        precision: torch.dtype = torch.float32,
    ):
        self.precision = precision
        # Not "momentum", which schedules of sgd change.
        told = {"lr": lr, "weight_decay": weight_decay, "matrix_momentum": momentum}
        super().__init__(params, told | {"betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every weight that has a gradient."""
        with torch.enable_grad():
            loss = None if closure is None else closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    ours = _moves_as_matrix(weight, group)
                    move = self._orthogonal if ours else self._adam
                    update = move(weight.grad, self.state[weight], group)
                    lr = group["lr"] * group.get("adam_lr_scale", 1.0)
                    weight.mul_(1 - lr * group["weight_decay"])
                    weight.sub_(update, alpha=lr)
        return loss

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what was kept.

        Raises:
            UserError: when it is of a Muon that moved some of the weights in the other way.
        """
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            for weight in group["params"]:
                name = "momentum_buffer" if _moves_as_matrix(weight, group) else "exp_avg"
                if weight in self.state and name not in self.state[weight]:
                    raise UserError("the checkpoint is of a version with other groups of weights.")

    def _orthogonal(self, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> Tensor:
        if not state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        momentum = state["momentum_buffer"].lerp_(gradient, 1 - group["matrix_momentum"])
        matrix = gradient.lerp(momentum, group["matrix_momentum"]).flatten(1)
        scale = MATCHED * max(matrix.shape) ** 0.5
        return scale * orthogonal(matrix, group["eps"], self.precision).view(gradient.shape)

    def _adam(self, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> Tensor:
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"] = torch.zeros_like(gradient)
            state["exp_avg_sq"] = torch.zeros_like(gradient)
        state["step"] += 1
        first, second = group["betas"]
        mean = state["exp_avg"].lerp_(gradient, 1 - first)
        square = state["exp_avg_sq"].lerp_(gradient.square(), 1 - second)
        steps = int(state["step"])
        deviation = (square / (1 - second**steps)).sqrt_().add_(group["eps"])
        return mean / (1 - first**steps) / deviation


def _moves_as_matrix(weight: Tensor, group: dict[str, Any]) -> bool:
    return "adam_lr_scale" not in group and is_matrix(weight)


def is_matrix(weight: Tensor) -> bool:
    """Whether a weight is a map from some numbers to others: (M, N), or (M, N, h, w)."""
    if weight.dim() not in (2, 4) or weight.shape[1] == 1:
        return False
    less, more = sorted(weight.flatten(1).shape)
    return less >= LEAST_SIDE and more <= MOST_ASPECT * less


def orthogonal(
    matrix: Float[Tensor, "M N"], eps: float = 1e-8, precision: torch.dtype = torch.float32
) -> Float[Tensor, "M N"]:
    """About U V^T of the decomposition U S V^T of a matrix, by five steps of Newton and Schulz.

    Args:
        matrix: M, N of any size.
        eps: the least norm that it is divided by.
        precision: in which they are computed; bfloat16 is enough.
    """
    x = matrix.float()
    wide = x if len(x) <= x.shape[1] else x.T  # the smaller product
    wide = (wide / wide.norm().clamp(min=eps)).to(precision)
    a, b, c = QUINTIC
    for _ in range(STEPS):
        square = wide @ wide.T
        wide = torch.addmm(wide, torch.addmm(square, square, square, beta=b, alpha=c), wide, beta=a)
    return (wide if len(x) <= x.shape[1] else wide.T).to(matrix.dtype)
