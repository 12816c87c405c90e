"""Run folders: ``run.json`` says what was trained and how, ``checkpoints`` hold the weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Method
from embodied_ssl.settings import from_dict
from embodied_ssl.training.checkpoint import (
    METHOD,
    METRICS,
    RUN,
    TRUNK,
    checkpoint_of,
    fill,
    load_weights,
    own_tensors,
    read_tensors,
)
from embodied_ssl.training.legacy import renamed_tensors, with_present_names
from embodied_ssl.trunks import Trunk, untrained_trunk


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
    recipe: dict[str, Any]
    """How the weights are updated."""
    processes: int
    """That train together."""
    datasets: dict[str, Any]
    """Path, fingerprint and image size of the data of each world."""

    @property
    def metrics(self) -> Path:
        """The training curves, a JSON object a line."""
        return self.path / METRICS


def read_run(run: str | Path) -> dict[str, Any]:
    """The contents of ``run.json`` under the present names; UserError if it is damaged."""
    path = Path(run) / RUN
    try:
        return with_present_names(json.loads(path.read_text()))
    except OSError as error:
        raise UserError(f"{run} is no run folder: it has no {RUN}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error


def load_run(run: str | Path) -> RunInfo:
    """The settings of a run; UserError for a folder that is none."""
    content = read_run(run)
    names = [name for name in RunInfo.__dataclass_fields__ if name != "path"]
    try:
        return RunInfo(Path(run), **{name: content[name] for name in names})
    except KeyError as error:
        raise UserError(f"{Path(run) / RUN} is damaged: {error}.") from error


def load_trunk(run: str | Path) -> Trunk:
    """The trained trunk of a run, on the CPU; UserError when there is no whole checkpoint."""
    info = load_run(run)
    trunk = untrained_trunk(info.trunk, **info.trunk_settings)
    load_weights(trunk, checkpoint_of(run) / TRUNK)
    return trunk.eval()


def load_method(run: str | Path) -> Method:
    """The trained method of a run with its trunk, on the CPU, in evaluation mode."""
    info = load_run(run)
    cls = load_method_class(info.method)
    config = from_dict(cls.Config, info.method_config)
    trunk = untrained_trunk(info.trunk, **info.trunk_settings)
    method = cls(trunk, config, info.train["train_size"])
    checkpoint = checkpoint_of(run)
    load_weights(method.exported, checkpoint / TRUNK)
    stored = renamed_tensors(info.method, read_tensors(checkpoint / METHOD))
    fill(own_tensors(method), stored, checkpoint / METHOD)
    return method.eval()
