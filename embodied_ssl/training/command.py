"""``train``: from settings to a run folder."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from embodied_ssl.data import Dataset, common_size, open_source
from embodied_ssl.data.manifest import SETTINGS
from embodied_ssl.errors import UserError
from embodied_ssl.files import write_atomically
from embodied_ssl.methods import ALIASES, load_method_class
from embodied_ssl.methods.base import Method
from embodied_ssl.sampling import to_device
from embodied_ssl.settings import to_dict, write_settings
from embodied_ssl.training.checkpoint import RUN, Progress
from embodied_ssl.training.config import EFFECTLESS, TrainConfig
from embodied_ssl.training.launch import join_processes
from embodied_ssl.training.loop import Loop
from embodied_ssl.training.runs import read_run
from embodied_ssl.trunks import all_settings, build_trunk


def run_train(config: TrainConfig, name: str, method_config: Any = None) -> Path:
    """Train a method from its newest checkpoint, or from scratch, to the end of its budget.

    Args:
        config: of the loop, with the trunk's settings and the recipe.
        name: of the method, or of a sum of methods.
        method_config: settings of the method, its own by default.

    Returns:
        the run's folder.

    Raises:
        UserError: for data that is not there, a folder that holds another run, bad settings.
    """
    state = join_processes()
    name = ALIASES.get(name, name)
    cls = load_method_class(name)
    config = replace(config, recipe=config.recipe or cls.recipe)
    method_config = method_config or cls.Config()
    if config.threads:
        torch.set_num_threads(config.threads)
    datasets = open_worlds(config.data, cls)
    method = build_method(config, cls, method_config, name)
    run = describe_run(config, name, method_config, datasets)
    check_folder(config.out, run)
    size = config.image_size or common_size(datasets.values())
    caches = {world: dataset.cache(size) for world, dataset in datasets.items()}
    loop = Loop(config, method, caches)
    check_sizes(loop)
    state.wait_for_everyone()
    if state.is_main_process:
        settings = command_settings(config, name, method_config)
        write_run(config.out, run | {"processes": loop.processes}, settings)
    state.wait_for_everyone()
    loop.run()
    return config.out


def open_worlds(paths: tuple[str, ...], cls: type[Method]) -> dict[str, Any]:
    """The datasets by the world they were collected in.

    Raises:
        UserError: for data that are not there, that the method cannot use, two datasets of one
            world, or a part of a sum that has no data.
    """
    datasets: dict[str, Any] = {}
    for path in paths:
        dataset = open_source(path)
        if cls.worlds and dataset.env not in cls.worlds:
            worlds = " or ".join(cls.worlds)
            where = (
                "holds photos" if dataset.env == "photos" else f"was collected in {dataset.env!r}"
            )
            raise UserError(f"{path} {where}, {cls.__name__} learns from {worlds} data alone.")
        if dataset.env in datasets:
            raise UserError(f"{path} is a second dataset of {dataset.env}: one of each world.")
        if isinstance(dataset, Dataset) and "train" not in dataset.arrays(["split"])["split"]:
            raise UserError(f"{path} has no episodes to train on: collect --env tabletop or rooms.")
        if isinstance(dataset, Dataset):
            dataset.say_if_part()
        datasets[dataset.env] = dataset
    for part in getattr(cls, "types", (cls,)):
        if part.worlds and not datasets.keys() & set(part.worlds):
            worlds = " or ".join(part.worlds)
            raise UserError(f"--data lacks {worlds} data, from which {part.__name__} learns.")
    return datasets


def build_method(config: TrainConfig, cls: type[Method], method_config: Any, name: str) -> Method:
    """The method with random weights, a function of the seed.

    Raises:
        UserError: for a trunk that there is not, or that the method cannot train.
    """
    torch.manual_seed(config.seed)
    trunk = build_trunk(config.trunk, **config.trunk_settings)
    if not isinstance(trunk, cls.trunk_type):
        wanted = cls.trunk_type.__name__
        raise UserError(f"{name} trains a {wanted}, which the trunk {config.trunk} is not.")
    return cls(trunk, method_config, config.train_size)


def check_sizes(loop: Loop) -> None:
    """UserError when the trunk cannot take images of the sizes that the method makes."""
    step = loop.moment(Progress())
    batch = loop.method.prepare(to_device(loop.sampler(0), loop.device), step)
    images = batch["images"]
    for each in [images] if isinstance(images, Tensor) else images:
        loop.method.trunk.check_size(each.shape[-1])


def describe_run(
    config: TrainConfig, name: str, method_config: Any, datasets: dict[str, Any]
) -> dict[str, Any]:
    """What ``run.json`` says besides versions and processes."""
    train = {key: value for key, value in to_dict(config).items() if key not in EFFECTLESS}
    return {
        "method": name,
        "method_config": to_dict(method_config),
        "trunk": config.trunk,
        "trunk_settings": all_settings(config.trunk, dict(config.trunk_settings)),
        "train": train,
        "recipe": to_dict(config.recipe),
        "datasets": {
            dataset.env: {
                "path": path,
                "fingerprint": dataset.fingerprint,
                "image_size": dataset.image_size,
            }
            for path, dataset in zip(config.data, datasets.values(), strict=True)
        },
    }


def check_folder(out: Path, run: dict[str, Any]) -> None:
    """UserError when the folder holds something else than a run of these settings."""
    if not (out / RUN).exists():
        place = next(folder for folder in (out, *out.parents) if folder.exists())
        if not place.is_dir() or not os.access(place, os.W_OK):
            raise UserError(f"cannot write {out}: {place} is no folder that can be written to.")
        if out.exists() and (not out.is_dir() or {f.name for f in out.iterdir()} - {SETTINGS}):
            raise UserError(f"{out} holds something that is no run: choose another --out.")
        return
    earlier = read_run(out)
    for part, value in run.items():
        if part != "datasets" and _differs(earlier.get(part), value):
            raise UserError(
                f"{out} was trained with another {part.replace('_', ' ')}: choose another --out."
            )
    if _fingerprints(earlier) != _fingerprints(run):
        raise UserError(f"{out} was trained on other data: choose another --out.")


def write_run(out: Path, run: dict[str, Any], settings: dict[str, Any]) -> None:
    """Write ``run.json``, and the settings that repeat the run, if they are not there yet."""
    if (out / RUN).exists():
        return
    versions = {name: version(name) for name in ("embodied-ssl", "torch", "accelerate")}
    try:
        write_settings(out / SETTINGS, settings)
        write_atomically(out / RUN, json.dumps(run | {"versions": versions}, indent=1).encode())
    except OSError as error:
        raise UserError(f"cannot write {out / RUN}: {error.strerror}.") from error


def command_settings(config: TrainConfig, name: str, method_config: Any) -> dict[str, Any]:
    """What ``train --config`` reads to repeat a run: every setting under the name of its option."""
    loop = to_dict(config)
    recipe = loop.pop("recipe")
    return {"method": name} | loop | recipe | to_dict(method_config)


def _differs(earlier: Any, now: Any) -> bool:
    """Whether settings are others; one that there was not yet when the run began is not."""
    if isinstance(earlier, dict) and isinstance(now, dict):
        return any(_differs(value, now.get(key)) for key, value in earlier.items())
    return earlier != now


def _fingerprints(run: dict[str, Any]) -> dict[str, str]:
    return {world: data["fingerprint"] for world, data in run.get("datasets", {}).items()}
