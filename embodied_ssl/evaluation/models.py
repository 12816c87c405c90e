"""The models of a table: every baseline there is, and the runs that were named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.evaluation.base import Model
from embodied_ssl.evaluation.baselines import (
    ImageNetTrunk,
    histogram,
    imagenet_installed,
    imagenet_missing,
    pixels,
)
from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.evaluation.features import stage_features, stage_maps
from embodied_ssl.evaluation.finite import check_maps, check_weights
from embodied_ssl.evaluation.results import BASELINES
from embodied_ssl.methods.base import Method
from embodied_ssl.training.checkpoint import RUN, checkpoint_of
from embodied_ssl.training.runs import load_method, load_run, load_trunk
from embodied_ssl.trunks import Trunk, untrained_trunk
from embodied_ssl.trunks.inference import calibrate

Images = UInt8[np.ndarray, "N S S 3"]
Opener = Callable[[Images, torch.device], Model]
"""Images that are not judged, and a device -> the model, ready to look at others."""
CALIBRATED_ON = 1024  # images at most: the statistics do not change with more


class ImageModel(Model):
    """What an image is like without any network."""

    def __init__(self, name: str, describe: Callable[[Images], Features], device: torch.device):
        super().__init__(name, device)
        self._describe = describe

    def describe(self, images: Images) -> Features:
        return self._describe(images)


class TrunkModel(Model):
    """A frozen trunk."""

    def __init__(self, name: str, trunk: Trunk, device: torch.device, run: Path | None = None):
        super().__init__(name, device)
        self.trunk = trunk.to(device, memory_format=torch.channels_last).eval()
        self.run = run

    def describe(self, images: Images) -> Features:
        return stage_features(self.trunk, images, self.device)

    def maps(self, images: Images) -> dict[str, Float[np.ndarray, "N C h w"]]:
        return check_maps(stage_maps(self.trunk, images, self.device), self.name)

    def method(self) -> Method | None:
        if self.run is None:
            return None
        method = load_method(self.run)
        check_weights(method, self.name)
        return method.to(self.device)


def list_models(named: Sequence[str], always: Iterable[str], seed: int) -> dict[str, Opener]:
    """Name -> how to open it, in the order of the table: baselines, then runs.

    There is an untrained control for each architecture among the runs.

    Args:
        named: baselines and run folders.
        always: baselines that need not be named; imagenet only where it is installed.
        seed: of the untrained trunks.

    Raises:
        UserError: for a name that is neither a baseline nor the folder of a run with a checkpoint.
    """
    runs = run_folders(named)
    if "imagenet" in named and not imagenet_installed():
        raise imagenet_missing()
    wanted = {*named, *(name for name in always if name != "imagenet" or imagenet_installed())}
    models: dict[str, Opener] = {}
    for name in BASELINES:
        if name in wanted:
            models |= _untrained(runs, seed) if name == "random" else {name: _BASELINES[name]}
    for run in runs:
        name = run if run not in models else f"./{run}"
        models[name] = partial(_trained, run, name)
    return models


def run_folders(named: Sequence[str]) -> list[str]:
    """Those of the names that are not baselines, each folder once; UserError for one that is no
    run with a checkpoint."""
    folders: dict[Path, str] = {}
    for name in named:
        if name in BASELINES:
            if (Path(name) / RUN).is_file():
                raise UserError(
                    f"{name} is a baseline and a run folder here: say ./{name} for the folder, or "
                    "start where it is not for the baseline."
                )
            continue
        _check_run(name)
        folders.setdefault(Path(name).resolve(), name)
    return list(folders.values())


def _check_run(name: str) -> None:
    path = Path(name)
    if not path.exists():
        raise did_you_mean("run or baseline", name, BASELINES)
    if not path.is_dir():
        raise UserError(f"{name} is no run folder but a file.")
    if not (path / RUN).is_file():
        place = next(
            (folder for folder in path.resolve().parents if (folder / RUN).is_file()), None
        )
        within = f": it lies in the run {place}" if place else f": it has no {RUN}"
        raise UserError(f"{name} is no run folder{within}.")
    load_run(name)
    checkpoint_of(name)


def _untrained(runs: Sequence[str], seed: int) -> dict[str, Opener]:
    """A random trunk of each architecture, of the default one if there are no runs."""
    found: list[tuple[str, dict[str, Any]]] = []
    for info in map(load_run, runs):
        if (info.trunk, info.trunk_settings) not in found:
            found.append((info.trunk, info.trunk_settings))
    found = found or [("alexnet", {})]
    names = ["random"] if len(found) == 1 else [f"random ({_told_apart(f, found)})" for f in found]
    return {
        name: partial(_random, name, trunk, settings, seed)
        for name, (trunk, settings) in zip(names, found, strict=True)
    }


def _told_apart(one: tuple[str, Mapping], all_of_them: Sequence[tuple[str, Mapping]]) -> str:
    """The trunk's name, and those of its settings that other trunks of the name have otherwise."""
    trunk, settings = one
    same = [others for name, others in all_of_them if name == trunk]
    differing = [k for k in settings if any(others.get(k) != settings[k] for others in same)]
    words = (f"{key.replace('_', ' ')} {settings[key]}" for key in differing)
    return " ".join([trunk, ", ".join(words)]).strip()


def _random(
    name: str, trunk: str, settings: dict[str, Any], seed: int, images: Images, device: torch.device
) -> Model:
    torch.manual_seed(seed)
    model = TrunkModel(name, untrained_trunk(trunk, **settings), device)
    model.trunk.check_size(images.shape[1])
    calibrate(model.trunk, images[:: -(-len(images) // CALIBRATED_ON)], device)
    return model


def _trained(run: str, name: str, images: Images, device: torch.device) -> Model:
    trunk = load_trunk(run)
    trunk.check_size(images.shape[1])
    return TrunkModel(name, trunk, device, Path(run))


_BASELINES: dict[str, Opener] = {
    "pixels": lambda images, device: ImageModel("pixels", pixels, device),
    "histogram": lambda images, device: ImageModel("histogram", histogram, device),
    "imagenet": lambda images, device: TrunkModel("imagenet", ImageNetTrunk(), device),
}
