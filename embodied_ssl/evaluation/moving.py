"""What the protocols about a moving camera share: features of the frames of a rooms dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from rich.console import Console
from rich.progress import track

from embodied_ssl.data import FrameCache, open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.features import open_device
from embodied_ssl.evaluation.models import model_names, open_model
from embodied_ssl.evaluation.tables import tasks_table

Stages = dict[str, Float[np.ndarray, "N D"]]
"""Stage -> mean-pooled features of every row of the dataset; zeros where nobody looks."""
Judge = Callable[[str, Stages], dict[str, Any]]
"""Name of a model and its features -> numbers."""


def open_rooms(config: EvaluateConfig, *splits: str) -> FrameCache:
    """The frames of a dataset with rooms of these splits; UserError where some are missing."""
    dataset = open_source(config.data)
    if dataset.env != "rooms":
        raise UserError(f"{config.data} holds no moving camera: collect --env rooms.")
    cache = dataset.cache(config.image_size)
    for split in splits:
        if not (cache.rows["split"] == split).any():
            raise UserError(f"{config.data} has no {split} rooms: collect more --episodes.")
    return cache


def last_stage(stages: Stages) -> np.ndarray:
    """The features of the last stage, (N, D)."""
    return list(stages.values())[-1]


def best_stage(stages: Stages, score: Callable[[str], float]) -> str:
    """The stage with the highest score, the later one of equals."""
    return max(reversed(stages), key=score)


def judge_all(
    config: EvaluateConfig,
    cache: FrameCache,
    rows: Int[np.ndarray, " R"],
    judge: Judge,
    metrics: dict[str, tuple[str, str]],
    title: str,
    counts: dict[str, int],
    compare: Callable[[dict[str, dict[str, Any]]], None] = lambda models: None,
) -> dict[str, Any]:
    """Judge every model and print the table.

    Args:
        config: names the models; the baselines come before them.
        cache: of the frames.
        rows: whose features are looked at, in any order, some of them from training rooms.
        judge: of a model's features.
        metrics: name -> (title, format) of every number, in the order of the table.
        title: of the table.
        counts: how much of what was judged.
        compare: writes what only all models together tell into their numbers.
    """
    device = open_device(config.device)
    rows = np.unique(rows)
    images = cache.frames[cache.index["image"][rows]]
    calibration = images[cache.rows["split"][rows] == "train"]
    models = {}
    for name in track(model_names(config.runs), "evaluating", transient=True):
        describe = open_model(name, config.runs, calibration, config.seed, device)
        stages: Stages = {}
        for (stage, pooling), features in describe(images).items():
            if pooling != "max":
                stages[stage] = np.zeros((len(cache.rows["split"]), features.shape[1]), np.float32)
                stages[stage][rows] = features
        models[name] = judge(name, stages)
    compare(models)
    results = {"title": title, "data": counts, "metrics": metrics, "models": models}
    Console().print(tasks_table(results))
    return results
