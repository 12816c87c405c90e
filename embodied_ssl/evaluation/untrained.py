"""Trunks that nobody trained: what an architecture gives by itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from embodied_ssl.evaluation.base import Model
from embodied_ssl.evaluation.frozen import Images, Opener, TrunkModel
from embodied_ssl.training.runs import load_run
from embodied_ssl.trunks import untrained_trunk
from embodied_ssl.trunks.build import trunk_config
from embodied_ssl.trunks.inference import batches, calibrate
from embodied_ssl.trunks.rescaled import rescale

CALIBRATED_ON = 1024  # images at most: the statistics do not change with more
RESCALED_ON = 64  # images, as many as a batch

Architecture = tuple[str, dict[str, Any]]
"""Name and settings of a trunk."""


def untrained(name: str, runs: Sequence[str], seed: int) -> dict[str, Opener]:
    """A trunk that nobody trained of each architecture, of the default one if there are no runs.

    Args:
        name: of the baseline, one of ``UNTRAINED``.
        runs: folders of the runs beside which it stands.
        seed: of the weights.
    """
    return {
        each: partial(UNTRAINED[name], each, trunk, settings, seed)
        for each, (trunk, settings) in _architectures(name, runs).items()
    }


def controls_of(runs: Sequence[str]) -> dict[str, list[str]]:
    """For each run the names of the untrained trunks of its architecture."""
    named = [pair for name in UNTRAINED for pair in _architectures(name, runs).items()]
    owned = {run: _architecture(run) for run in runs}
    return {run: [name for name, each in named if each == own] for run, own in owned.items()}


def _architectures(name: str, runs: Sequence[str]) -> dict[str, Architecture]:
    """What a baseline is called for each architecture among the runs."""
    found: list[Architecture] = []
    for architecture in map(_architecture, runs):
        if architecture not in found:
            found.append(architecture)
    found = found or [("alexnet", {})]
    names = [name] if len(found) == 1 else [f"{name} ({_told_apart(f, found)})" for f in found]
    return dict(zip(names, found, strict=True))


def _architecture(run: str) -> Architecture:
    info = load_run(run)
    return info.trunk, info.trunk_settings


def _told_apart(one: Architecture, all_of_them: Sequence[Architecture]) -> str:
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
    calibrate(model.trunk, at_most(images, CALIBRATED_ON), device)
    return model


def at_most(images: Images, count: int) -> Images:
    """So many of some images, or fewer, from all over them."""
    return images[:: -(-len(images) // count)]


def _rescaled(
    name: str, trunk: str, settings: dict[str, Any], seed: int, images: Images, device: torch.device
) -> Model:
    """As the paper has it, without BatchNorm where the trunk knows another normalisation."""
    norm = {"norm": "lrn"} if hasattr(trunk_config(trunk), "norm") else {}
    model = _random(name, trunk, settings | norm, seed, images, device)
    for frames in batches(at_most(images, RESCALED_ON), device):
        rescale(model.trunk, model.trunk.normalize(frames))
    return model


UNTRAINED = {"random": _random, "random-rescaled": _rescaled}
"""Name of a baseline -> what opens it: weights as they are drawn; and on the scale of images
(Krahenbuhl et al., ICLR 2016)."""
