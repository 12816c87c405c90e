"""The tensors of a method and of its optimizer, out to files and back, each misfit in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method


def own_tensors(method: Method) -> dict[str, Tensor]:
    """What a method keeps beside the trunk that is exported: each tensor once, by its first
    name."""
    known = {id(tensor) for tensor in method.exported.state_dict(keep_vars=True).values()}
    own = {}
    for name, tensor in method.state_dict(keep_vars=True).items():
        if id(tensor) not in known:
            known.add(id(tensor))
            own[name] = tensor
    return own


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file; UserError when it is damaged."""
    try:
        return load_file(path)
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise UserError(f"{path} is damaged or does not fit its run.json.") from error


@torch.no_grad()
def fill(tensors: dict[str, Tensor], stored: dict[str, Tensor], path: Path) -> None:
    """Copy what was stored into the tensors of the same names.

    A tensor that is still empty, as a memory bank is before its data are known, takes the size of
    what was stored. Nothing is copied unless everything fits.

    Raises:
        UserError: for a name that is missing or surplus, another shape or another type.
    """
    for name in sorted(tensors.keys() ^ stored.keys()):
        state = "lacks" if name in tensors else "has a surplus"
        raise UserError(f"{path} does not fit its run.json: it {state} {name!r}.")
    for name, tensor in tensors.items():
        found = stored[name]
        if tensor.numel() and tensor.shape != found.shape:
            shapes = f"{tuple(found.shape)}, not {tuple(tensor.shape)}"
            raise UserError(f"{path} does not fit its run.json: {name!r} is {shapes}.")
        if found.dtype != tensor.dtype:
            types = f"{found.dtype}, not {tensor.dtype}".replace("torch.", "")
            raise UserError(f"{path} does not fit its run.json: {name!r} is {types}.")
    for name, tensor in tensors.items():
        if not tensor.numel():
            tensor.resize_(stored[name].shape)
        tensor.copy_(stored[name])


def load_weights(module: nn.Module, path: Path) -> None:
    """Fill a trunk from its file."""
    fill(module.state_dict(keep_vars=True), read_tensors(path), path)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer keeps of each weight, as ``NUMBER.NAME``."""
    return {
        f"{number}.{name}": torch.as_tensor(value).contiguous()
        for number, numbers in optimizer.state_dict()["state"].items()
        for name, value in numbers.items()
        if value is not None
    }


def fill_optimizer(optimizer: torch.optim.Optimizer, stored: dict[str, Tensor], path: Path) -> None:
    """Give an optimizer what was kept of each weight.

    Raises:
        UserError: for a weight that there is not, or numbers of another shape than the weight's.
    """
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for number, name, value in _parts(stored, path):
        if not number < len(weights) or value.shape not in ((), weights[number].shape):
            raise UserError(f"{path} does not fit its run.json: {number}.{name} fits no weight.")
        state.setdefault(number, {})[name] = value
    kinds = {frozenset(numbers) for numbers in state.values()}  # Muon keeps two kinds
    for number, numbers in state.items():
        for kind in kinds:
            lacking = sorted(kind - numbers.keys())
            if lacking and kind & numbers.keys():
                raise UserError(
                    f"{path} does not fit its run.json: it lacks '{number}.{lacking[0]}'."
                )
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _parts(stored: dict[str, Tensor], path: Path) -> Iterator[tuple[int, str, Tensor]]:
    for key, value in stored.items():
        number, _, name = key.partition(".")
        if not (number.isdecimal() and number.isascii() and name):
            raise UserError(f"{path} does not fit its run.json: it has a surplus {key!r}.")
        yield int(number), name, value
