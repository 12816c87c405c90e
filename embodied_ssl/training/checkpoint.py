"""What a checkpoint of a training holds, and how one goes on from it.

``trunk`` is a folder as the Hugging Face hub has it, with the trunk that is judged;
``method.safetensors`` has all that the method knows besides. What both share is known by the
identity of its tensors, never by a name. ``embodied_ssl.checkpoints`` says which of a run's counts.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from embodied_ssl.checkpoints import (
    FILES,
    METHOD,
    METRICS,
    OPTIMIZER,
    RUN,
    STATE,
    TRUNK,
    candidates,
    checkpoint_of,
    damage,
    has_checkpoint,
    newest,
    read_state,
    write_state,
)
from embodied_ssl.errors import UserError
from embodied_ssl.files import sync, sync_folder
from embodied_ssl.methods.base import Method
from embodied_ssl.notes import note
from embodied_ssl.settings import from_dict
from embodied_ssl.training.tensors import (
    fill,
    fill_optimizer,
    load_weights,
    optimizer_tensors,
    own_tensors,
    read_tensors,
)

__all__ = ["METHOD", "METRICS", "OPTIMIZER", "RUN", "TRUNK", "checkpoint_of", "newest"]


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    step: int = 0
    """Steps that are done."""
    images: float = 0.0
    """Images through the trunk, of all processes."""
    processes: int = 1
    """That train together."""
    batches: int = 0
    """That are drawn, by all processes; the next step takes the ones of the next numbers."""


def save_checkpoint(
    run: Path,
    done: Progress,
    method: Method,
    optimizer: torch.optim.Optimizer,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Write a checkpoint: it appears whole, by a rename, and then the ones before it are removed.

    Args:
        run: the run's folder.
        done: how far the training is.
        method: what is trained.
        optimizer: of its weights.
        facts: what the card of the trunk says of it, by their names.

    Raises:
        UserError: when a number is not finite or the disk does not take it; the checkpoint before
            it stays.
    """
    state = optimizer_tensors(optimizer)
    for name, tensor in (*method.state_dict().items(), *state.items()):
        if not torch.isfinite(tensor).all():
            raise UserError(
                f"{name!r} is not finite at step {done.step}: try a smaller --lr, or --clip-norm. "
                "A checkpoint of before stays."
            )
    final = run / "checkpoints" / f"step-{done.step:08d}"
    if final.is_dir() and damage(final) is None:
        return
    draft = final.with_name(f".{final.name}.{os.getpid()}")
    try:
        remove(draft)
        draft.mkdir(parents=True)
        method.exported.save_pretrained(
            draft / "trunk", model_card_kwargs={"facts": facts, "size": method.train_size}
        )
        own = {name: tensor.detach().contiguous() for name, tensor in own_tensors(method).items()}
        save_file(own, draft / METHOD)
        save_file(state, draft / OPTIMIZER)
        write_state(draft, asdict(done))
        sync_folder(draft)
        remove(final)
        os.replace(draft, final)
        sync(final.parent)
    except (OSError, SafetensorError) as error:
        remove(draft)
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"cannot write {final}: {reason}. The checkpoint before it stays: the same command "
            "continues from it."
        ) from error
    for old in (*candidates(run), *final.parent.glob(".step-*")):
        if old != final:
            remove(old)


def remove(path: Path) -> None:
    """Remove a folder or a file that may be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def resume(
    run: Path, method: Method, optimizer: torch.optim.Optimizer, processes: int = 1
) -> Progress:
    """Continue from the newest whole checkpoint, if there is one; how far it is.

    Other processes than wrote it go on with the images that were not seen yet; a step has another
    batch size then, which is said.

    Raises:
        UserError: when none is whole, or it was left by an older version.
    """
    if not has_checkpoint(run):
        return Progress(processes=processes)
    checkpoint = checkpoint_of(run)
    done = progress_of(checkpoint)
    if done.processes != processes:
        note(
            f"{run} was trained by {done.processes} processes and goes on with {processes}: so "
            "many batches are in a step now"
        )
        done = replace(done, processes=processes)
    load_weights(method.exported, checkpoint / TRUNK)
    fill(own_tensors(method), read_tensors(checkpoint / METHOD), checkpoint / METHOD)
    fill_optimizer(optimizer, read_tensors(checkpoint / OPTIMIZER), checkpoint / OPTIMIZER)
    return done


def progress_of(checkpoint: Path) -> Progress:
    """How far a training was; UserError for a checkpoint that cannot be trained on."""
    path = checkpoint / STATE
    if not path.exists():
        raise UserError(
            f"{checkpoint} was left by an older version, whose batches were drawn otherwise: it "
            "can be evaluated, but not trained on. Choose another --out."
        )
    try:
        state = read_state(checkpoint)
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    told = {name: value for name, value in state.items() if name != FILES}
    done = from_dict(Progress, told, f"{path} is damaged")
    # Before that was told, a run had the same processes from its first step on.
    return done if "batches" in told else replace(done, batches=done.step * done.processes)
