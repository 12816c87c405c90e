"""The models of a table: every baseline there is, and the runs that were named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import torch

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.evaluation.base import Model
from embodied_ssl.evaluation.baselines import (
    ImageNetTrunk,
    histogram,
    imagenet_installed,
    imagenet_missing,
    pixels,
)
from embodied_ssl.evaluation.frozen import ImageModel, Images, Opener, TrunkModel
from embodied_ssl.evaluation.results import BASELINES
from embodied_ssl.evaluation.untrained import UNTRAINED, untrained
from embodied_ssl.training.checkpoint import RUN, checkpoint_of
from embodied_ssl.training.runs import load_run, load_trunk


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
            several = name in UNTRAINED  # one of each architecture
            models |= untrained(name, runs, seed) if several else {name: _BASELINES[name]}
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


def _trained(run: str, name: str, images: Images, device: torch.device) -> Model:
    trunk = load_trunk(run)
    trunk.check_size(images.shape[1])
    return TrunkModel(name, trunk, device, Path(run))


_BASELINES: dict[str, Opener] = {
    "pixels": lambda images, device: ImageModel("pixels", pixels, device),
    "histogram": lambda images, device: ImageModel("histogram", histogram, device),
    "imagenet": lambda images, device: TrunkModel("imagenet", ImageNetTrunk(), device),
}
