"""What the protocols about a moving camera share: features of all frames of a rooms dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from embodied_ssl.data import FrameCache, open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.evaluation.features import open_device
from embodied_ssl.evaluation.models import model_names, open_model
from embodied_ssl.evaluation.tables import tasks_table

Judge = Callable[[np.ndarray], dict[str, float]]
"""Features of all frames (N, D) -> numbers."""


def open_rooms(config: EvaluateConfig) -> FrameCache:
    """The frames of a dataset with rooms to train on and rooms to test on; UserError if not."""
    dataset = open_source(config.data)
    if dataset.env != "rooms":
        raise UserError(f"{config.data} holds no moving camera: collect --env rooms.")
    cache = dataset.cache(config.image_size)
    for split in ("train", "test"):
        if not (cache.rows["split"] == split).any():
            raise UserError(f"{config.data} has no {split} rooms: collect more --episodes.")
    return cache


def last_stage(features: Features) -> np.ndarray:
    """The last stage, averaged over its extent, (N, D)."""
    return [values for (_, pooling), values in features.items() if pooling != "max"][-1]


def judge_all(
    config: EvaluateConfig,
    cache: FrameCache,
    judge: Judge,
    metrics: dict[str, tuple[str, str]],
    title: str,
    counts: dict[str, int],
) -> dict[str, Any]:
    """Judge the last stage of every model and print the table.

    Args:
        config: names the models; the baselines come before them.
        cache: of the frames.
        judge: of a model's features.
        metrics: name -> (title, format) of every number, in the order of the table.
        title: of the table.
        counts: how much of what was judged.
    """
    device = open_device(config.device)
    images = cache.frames[cache.index["image"]]
    calibration = images[cache.rows["split"] == "train"]
    models = {}
    for name in track(model_names(config.runs), "evaluating", transient=True):
        describe = open_model(name, config.runs, calibration, config.seed, device)
        models[name] = judge(last_stage(describe(images)))
    results = {"title": title, "data": counts, "metrics": metrics, "models": models}
    Console().print(tasks_table(results))
    return results
