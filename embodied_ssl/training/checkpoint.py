"""Checkpoints: ``checkpoints/step-N`` appears whole, by a rename, and the newest one counts.

Inside, ``trunk`` is a folder as the Hugging Face hub has it, with the trunk that is judged;
``method.safetensors`` has all that the method knows besides. What both share is known by the
identity of its tensors, never by a name.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method

RUN, METRICS, STATE = "run.json", "metrics.jsonl", "state.json"
TRUNK, METHOD, OPTIMIZER = "trunk/model.safetensors", "method.safetensors", "optimizer.safetensors"


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    step: int = 0
    """Steps that are done."""
    images: float = 0.0
    """Images through the trunk, of all processes."""
    processes: int = 1
    """That train together."""


def newest(run: str | Path) -> Path | None:
    """The newest checkpoint of a run, None when there is none yet."""
    return max(Path(run).glob("checkpoints/step-*"), key=lambda path: path.name, default=None)


def checkpoint_of(run: str | Path) -> Path:
    """The newest checkpoint of a run; UserError when there is none yet."""
    checkpoint = newest(run)
    if checkpoint is None:
        raise UserError(f"{run} has no checkpoint yet: run its train command again.")
    return checkpoint


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
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} is damaged or does not fit its run.json.") from error


@torch.no_grad()
def fill(tensors: dict[str, Tensor], stored: dict[str, Tensor], path: Path) -> None:
    """Copy what was stored into the tensors of the same names.

    A tensor that is still empty, as a memory bank is before its data are known, takes the size of
    what was stored.

    Raises:
        UserError: for a name that is missing or surplus, or another shape.
    """
    for name in tensors.keys() ^ stored.keys():
        state = "lacks" if name in tensors else "has a surplus"
        raise UserError(f"{path} does not fit its run.json: it {state} {name!r}.")
    for name, tensor in tensors.items():
        if not tensor.numel():
            tensor.resize_(stored[name].shape)
        if tensor.shape != stored[name].shape:
            shapes = f"{tuple(stored[name].shape)}, not {tuple(tensor.shape)}"
            raise UserError(f"{path} does not fit its run.json: {name!r} is {shapes}.")
        tensor.copy_(stored[name])


def load_weights(module: nn.Module, path: Path) -> None:
    """Fill a trunk from its file."""
    fill(module.state_dict(keep_vars=True), read_tensors(path), path)


def save_checkpoint(
    run: Path, done: Progress, method: Method, optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint, atomically, and remove the ones before it."""
    final = run / "checkpoints" / f"step-{done.step:08d}"
    if final.exists():  # whole, or it would not have this name
        return
    draft = final.with_name(f".{final.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    method.exported.save_pretrained(draft / "trunk")
    own = {name: tensor.detach().contiguous() for name, tensor in own_tensors(method).items()}
    save_file(own, draft / METHOD)
    state = {
        f"{number}.{name}": torch.as_tensor(value).contiguous()
        for number, numbers in optimizer.state_dict()["state"].items()
        for name, value in numbers.items()
        if value is not None
    }
    save_file(state, draft / OPTIMIZER)
    (draft / STATE).write_text(json.dumps(asdict(done)))
    os.replace(draft, final)
    for old in final.parent.iterdir():
        if old != final:
            shutil.rmtree(old, ignore_errors=True)


def resume(
    run: Path, method: Method, optimizer: torch.optim.Optimizer, processes: int = 1
) -> Progress:
    """Continue from the newest checkpoint, if there is one; how far it is.

    Raises:
        UserError: when it is damaged, was left by an older version, or by another number of
            processes, whose steps see other images.
    """
    checkpoint = newest(run)
    if checkpoint is None:
        return Progress(processes=processes)
    done = _progress(checkpoint)
    if done.processes != processes:
        raise UserError(
            f"{run} is trained by {done.processes} processes, not {processes}: a step of other "
            "processes sees other images. Launch as many, or choose another --out."
        )
    load_weights(method.exported, checkpoint / TRUNK)
    fill(own_tensors(method), read_tensors(checkpoint / METHOD), checkpoint / METHOD)
    state: dict[int, dict[str, Any]] = {}
    for key, value in read_tensors(checkpoint / OPTIMIZER).items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    return done


def _progress(checkpoint: Path) -> Progress:
    path = checkpoint / STATE
    try:
        return Progress(**json.loads(path.read_text()))
    except FileNotFoundError as error:
        raise UserError(
            f"{checkpoint} was left by an older version, whose batches were drawn otherwise: it "
            "can be evaluated, but not trained on. Choose another --out."
        ) from error
    except (ValueError, TypeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
