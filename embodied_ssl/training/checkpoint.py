"""Run folders: what was trained, how, and its weights.

``run.json`` has the settings; ``checkpoints/step-N`` appears whole, by a rename, and the newest one
counts. Inside, ``trunk`` is a folder as the Hugging Face hub has it, and the rest is safetensors.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from embodied_ssl.errors import UserError
from embodied_ssl.trunks import Trunk, build_trunk

if TYPE_CHECKING:
    from embodied_ssl.methods.base import Method

RUN = "run.json"
METRICS = "metrics.jsonl"


@dataclass(frozen=True)
class RunInfo:
    """The settings of a run."""

    path: Path
    method: str
    method_config: dict[str, Any]
    trunk: str
    trunk_settings: dict[str, Any]
    train: dict[str, Any]
    """Settings of the training loop."""
    datasets: dict[str, Any]
    """Path, fingerprint and image size of the data of each world."""

    @property
    def metrics(self) -> Path:
        """The training curves, a JSON object a line."""
        return self.path / METRICS


def load_run(run: str | Path) -> RunInfo:
    """The settings of a run; UserError for a folder that is none."""
    path = Path(run) / RUN
    try:
        content = json.loads(path.read_text())
        names = ("method", "method_config", "trunk", "trunk_settings", "train", "datasets")
        return RunInfo(Path(run), **{name: content[name] for name in names})
    except OSError as error:
        raise UserError(f"{run} is no run folder: it has no {RUN}.") from error
    except (ValueError, KeyError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error


def newest(run: str | Path) -> Path | None:
    """The newest checkpoint of a run, None when there is none yet."""
    return max(Path(run).glob("checkpoints/step-*"), key=lambda path: path.name, default=None)


def load_trunk(run: str | Path) -> Trunk:
    """The trained trunk of a run, on the CPU; UserError when there is no whole checkpoint."""
    info = load_run(run)
    trunk = build_trunk(info.trunk, **info.trunk_settings)
    _load_weights(trunk, checkpoint_of(run) / "trunk" / "model.safetensors")
    return trunk.eval()


def load_method(run: str | Path) -> Method:
    """The trained method of a run with its trunk, on the CPU, in evaluation mode."""
    from embodied_ssl.methods import method_class
    from embodied_ssl.training.serialization import from_plain

    info = load_run(run)
    cls = method_class(info.method)
    config = from_plain(cls.Config, info.method_config)
    trunk = build_trunk(info.trunk, **info.trunk_settings)
    method = cls(trunk, config, info.train["train_size"])
    load_weights(method, checkpoint_of(run))
    return method.eval()


def load_weights(method: Method, checkpoint: Path) -> None:
    """Fill a method and its trunk from a checkpoint."""
    _load_weights(method.trunk, checkpoint / "trunk" / "model.safetensors")
    _load_weights(method, checkpoint / "method.safetensors", strict=False)


def checkpoint_of(run: str | Path) -> Path:
    """The newest checkpoint of a run; UserError when there is none yet."""
    checkpoint = newest(run)
    if checkpoint is None:
        raise UserError(f"{run} has no checkpoint yet: run its train command again.")
    return checkpoint


def _load_weights(module: torch.nn.Module, path: Path, strict: bool = True) -> None:
    try:
        module.load_state_dict(load_file(path), strict=strict)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise UserError(f"{path} is damaged or does not fit its run.json.") from error


def save_checkpoint(run: Path, step: int, method: Method, optimizer: torch.optim.Optimizer) -> None:
    """Write a checkpoint, atomically, and remove the ones before it."""
    final = run / "checkpoints" / f"step-{step:08d}"
    if final.exists():  # whole, or it would not have this name
        return
    draft = final.with_name(f".{final.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    method.trunk.save_pretrained(draft / "trunk")
    own = {k: v for k, v in method.state_dict().items() if "trunk" not in k.split(".")}
    save_file({k: v.contiguous() for k, v in own.items()}, draft / "method.safetensors")
    state = {"random": torch.get_rng_state()}
    for number, numbers in optimizer.state_dict()["state"].items():
        state |= {f"{number}.{name}": torch.as_tensor(v) for name, v in numbers.items()}
    save_file({k: v.contiguous() for k, v in state.items()}, draft / "optimizer.safetensors")
    os.replace(draft, final)
    for old in final.parent.iterdir():
        if old != final:
            shutil.rmtree(old, ignore_errors=True)


def resume(run: Path, method: Method, optimizer: torch.optim.Optimizer) -> int:
    """Continue from the newest checkpoint, if there is one; the number of steps that are done."""
    checkpoint = newest(run)
    if checkpoint is None:
        return 0
    load_weights(method, checkpoint)
    try:
        stored = load_file(checkpoint / "optimizer.safetensors")
    except (OSError, SafetensorError) as error:
        raise UserError(f"{checkpoint / 'optimizer.safetensors'} is damaged.") from error
    torch.set_rng_state(stored.pop("random"))
    state: dict[int, dict[str, Any]] = {}
    for key, value in stored.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    return int(checkpoint.name.removeprefix("step-"))
