"""Optimizers and their schedules, as a method's recipe asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from embodied_ssl.methods.base import Method
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.schedules import cosine, warmup_constant, warmup_cosine
from embodied_ssl.training.muon import Muon


def _adamw(groups: list[dict], recipe: Recipe, bf16: bool) -> Optimizer:
    return torch.optim.AdamW(groups, lr=recipe.lr, betas=tuple(recipe.adam_betas))


def _sgd(groups: list[dict], recipe: Recipe, bf16: bool) -> Optimizer:
    momentum = recipe.sgd_momentum
    return torch.optim.SGD(groups, lr=recipe.lr, momentum=momentum, nesterov=momentum > 0)


def _rmsprop(groups: list[dict], recipe: Recipe, bf16: bool) -> Optimizer:
    return torch.optim.RMSprop(groups, lr=recipe.lr)


def _lars(groups: list[dict], recipe: Recipe, bf16: bool) -> Optimizer:
    from timm.optim.lars import Lars

    return Lars(groups, lr=recipe.lr, momentum=recipe.sgd_momentum, weight_decay=0.0)


def _muon(groups: list[dict], recipe: Recipe, bf16: bool) -> Optimizer:
    # In bfloat16 a step takes a quarter of the time.
    precision = torch.bfloat16 if bf16 else torch.float32
    return Muon(groups, lr=recipe.lr, betas=tuple(recipe.adam_betas), precision=precision)


OPTIMIZERS: dict[str, Callable[[list[dict], Recipe, bool], Optimizer]] = {
    "adamw": _adamw,
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "lars": _lars,
    "muon": _muon,
}

SCHEDULES: dict[str, Callable[[float, float, float], float]] = {
    "cosine": warmup_cosine,
    "constant": warmup_constant,
}


def open_optimizer(method: Method, recipe: Recipe, bf16: bool = False) -> Optimizer:
    """The recipe's optimizer of the weights that learn.

    Args:
        method: whose weights they are.
        recipe: which optimizer, and its settings.
        bf16: whether an optimizer that can, Muon, computes in bfloat16.
    """
    groups = []
    for group in method.param_groups():
        decay = recipe.weight_decay if group["decays"] else 0.0
        groups.append(group | {"weight_decay": decay})
    return OPTIMIZERS[recipe.optimizer](groups, recipe, bf16)


def clip_gradients(method: Method, limit: float) -> Tensor:
    """The norm of the gradient as it was, and a larger one than ``limit`` scaled down to it; none
    is where that is 0."""
    weights = [weight for weight in method.parameters() if weight.grad is not None]
    if limit:
        return torch.nn.utils.clip_grad_norm_(weights, limit)
    norm = torch.nn.utils.get_total_norm([weight.grad for weight in weights])
    return norm.to(weights[0].device) if weights else norm


def set_schedules(
    groups: list[dict[str, Any]], recipe: Recipe, progress: float, batch_size: int
) -> None:
    """Set learning rate, weight decay and momentum of the groups for the moment.

    Args:
        groups: of the optimizer; each may scale the learning rate by an ``lr_scale`` of its own.
        recipe: of the method.
        progress: part of the budget that is done.
        batch_size: samples in a step, of all processes together.
    """
    lr = SCHEDULES[recipe.lr_schedule](recipe.lr, recipe.warmup, progress)
    if recipe.lr_batch:
        lr *= batch_size / recipe.lr_batch
    for group in groups:
        group["lr"] = lr * group.get("lr_scale", 1.0)
        if recipe.final_weight_decay is not None and group["decays"]:
            final = recipe.final_weight_decay
            group["weight_decay"] = cosine(recipe.weight_decay, final, progress)
        if recipe.final_sgd_momentum is not None and "momentum" in group:
            final = recipe.final_sgd_momentum
            group["momentum"] = cosine(recipe.sgd_momentum, final, progress)
