"""What can be evaluated: run folders and baselines, each as a function images -> features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.evaluation.baselines import (
    ImageNetTrunk,
    histogram,
    imagenet_installed,
    pixels,
)
from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.evaluation.features import calibrate, stage_features
from embodied_ssl.training.checkpoint import checkpoint_of, load_run, load_trunk
from embodied_ssl.trunks import Trunk, build_trunk

Describe = Callable[[np.ndarray], Features]
CALIBRATED_ON = 1024  # images at most: the statistics do not change with more
BASELINES = ("pixels", "histogram", "random", "imagenet")


def model_names(named: Sequence[str]) -> list[str]:
    """What goes into the table: the named ones, and before them every baseline there is.

    Raises:
        UserError: for a name that is neither a baseline nor a run folder.
    """
    check_names(named)
    if "imagenet" in named and not imagenet_installed():
        raise UserError("imagenet needs its packages: pip install 'embodied-ssl[imagenet]'")
    always = [name for name in BASELINES if name != "imagenet" or imagenet_installed()]
    return always + run_folders(named)


def check_names(named: Sequence[str]) -> None:
    """UserError for a name that is neither a baseline nor the folder of a run with a checkpoint."""
    for name in named:
        if name in BASELINES:
            continue
        if not Path(name).is_dir():
            raise did_you_mean("run or baseline", name, BASELINES)
        load_run(name)
        checkpoint_of(name)


def run_folders(named: Sequence[str]) -> list[str]:
    """Those of the names that are not baselines, each once."""
    return list(dict.fromkeys(name for name in named if name not in BASELINES))


def untrained(runs: Sequence[str], seed: int) -> Trunk:
    """A trunk with the architecture of the first run's, or the default one, and random weights."""
    torch.manual_seed(seed)
    folders = run_folders(runs)
    if not folders:
        return build_trunk("alexnet")
    info = load_run(folders[0])
    return build_trunk(info.trunk, **info.trunk_settings)


def open_model(
    name: str, runs: Sequence[str], gallery: np.ndarray, seed: int, device: torch.device
) -> Describe:
    """The features of a model.

    Args:
        name: a baseline or a run folder.
        runs: what was named; the untrained trunk is built like that of the first run folder.
        gallery: (N, S, S, 3) uint8, validation images that set the untrained trunk's BatchNorm.
        seed: of the untrained trunk.
        device: where trunks run.
    """
    if name == "pixels":
        return pixels
    if name == "histogram":
        return histogram
    if name == "random":
        trunk = untrained(runs, seed).to(device)
        calibrate(trunk, gallery[:: -(-len(gallery) // CALIBRATED_ON)], device)
    elif name == "imagenet":
        trunk = ImageNetTrunk().to(device)
    else:
        trunk = load_trunk(name).to(device)
    trunk = trunk.to(memory_format=torch.channels_last).eval()
    return lambda images: stage_features(trunk, images, device)
