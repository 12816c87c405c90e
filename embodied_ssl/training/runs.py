"""Run folders: ``run.json`` says what was trained and how, ``checkpoints`` hold the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.settings import from_dict, to_dict
from embodied_ssl.training.checkpoint import METHOD, METRICS, RUN, TRUNK, checkpoint_of
from embodied_ssl.training.config import LoopConfig
from embodied_ssl.training.legacy import renamed_tensors, with_present_names
from embodied_ssl.training.tensors import fill, load_weights, own_tensors, read_tensors
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


@dataclass(frozen=True)
class DataInfo:
    """What ``run.json`` says of a dataset."""

    path: str
    fingerprint: str = ""
    image_size: int | None = None
    rows: int | None = None


@dataclass(frozen=True)
class RunContent:
    """What is read of a ``run.json``, with its types."""

    method: str
    method_config: dict[str, Any]
    trunk: str
    trunk_settings: dict[str, Any]
    train: dict[str, Any]
    recipe: dict[str, Any]
    processes: int = 1
    datasets: dict[str, DataInfo] = field(default_factory=dict)


def stored_run(run: str | Path) -> dict[str, Any]:
    """What ``run.json`` says, whatever the version that wrote it; UserError for a folder without
    one, and for what is no mapping."""
    path = Path(run) / RUN
    if not path.is_file():
        raise UserError(f"{run} is no run folder: it has no {RUN}.")
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} is damaged: it is no mapping.")
    return content


def read_run(run: str | Path) -> dict[str, Any]:
    """The contents of ``run.json`` under the present names.

    Raises:
        UserError: if there is none, or what it says has another type or is out of bounds.
    """
    path = Path(run) / RUN
    try:
        content = with_present_names(stored_run(run))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    where = f"{path} is damaged"
    told = from_dict(RunContent, _known(RunContent, content), where)
    usual = {"data": [], "out": str(run)}
    train = from_dict(LoopConfig, _known(LoopConfig, told.train) | usual, where)
    recipe = from_dict(Recipe, _known(Recipe, told.recipe), where)
    content["train"] |= {
        name: to_dict(getattr(train, name)) for name in _known(LoopConfig, told.train)
    }
    content["recipe"] |= {
        name: to_dict(getattr(recipe, name)) for name in _known(Recipe, told.recipe)
    }
    return content | {"processes": told.processes, "datasets": to_dict(told.datasets)}


def _known(cls: type, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a class has a field for; other versions may have others."""
    return {each.name: told[each.name] for each in fields(cls) if each.name in told}


def load_run(run: str | Path) -> RunInfo:
    """The settings of a run; UserError for a folder that is none."""
    content = read_run(run)
    return RunInfo(Path(run), **_known(RunContent, content))


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
    config = from_dict(cls.Config, info.method_config, f"{info.path / RUN} is damaged")
    trunk = untrained_trunk(info.trunk, **info.trunk_settings)
    method = cls(trunk, config, info.train.get("train_size", LoopConfig.train_size))
    checkpoint = checkpoint_of(run)
    load_weights(method.exported, checkpoint / TRUNK)
    stored = renamed_tensors(info.method, read_tensors(checkpoint / METHOD))
    fill(own_tensors(method), stored, checkpoint / METHOD)
    return method.eval()
