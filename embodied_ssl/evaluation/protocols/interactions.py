"""How well each task is foreseen on objects that were never touched in training.

The rows are those of the validation episodes of a tabletop data set. Beside the runs stands what
can be said without looking: the majority of the training grasps, the mean of the training actions.
A run of ``train curious-robot --frozen-trunk`` says what heads alone learn on a random trunk.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    r2_score,
    roc_auc_score,
)

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.features import open_device
from embodied_ssl.evaluation.models import BASELINES, check_names
from embodied_ssl.evaluation.recall import normalized
from embodied_ssl.evaluation.tables import tasks_table
from embodied_ssl.sampling.base import TASKS, InteractionSampler, to_device
from embodied_ssl.training.checkpoint import load_method

METRICS = {
    "grasp_accuracy": ("grasp accuracy", "{:.3f}"),
    "grasp_ap": ("grasp AP", "{:.3f}"),
    "grasp_auc": ("grasp AUC", "{:.3f}"),
    "push_cm": ("push error, cm", "{:.2f}"),
    "poke_slope_r2": ("poke slope R²", "{:.3f}"),
    "poke_intercept_r2": ("poke intercept R²", "{:.3f}"),
    "identity_auc": ("identity AUC", "{:.3f}"),
}
"""name -> (title, format)."""


def grasp_metrics(probability: np.ndarray, success: np.ndarray) -> dict[str, float]:
    """Of the predicted probability (N,) of success at the executed angle against success (N,)."""
    scores = {"grasp_accuracy": accuracy_score(success, probability > 0.5)}
    if len(set(success.tolist())) == 2:
        scores["grasp_ap"] = average_precision_score(success, probability)
        scores["grasp_auc"] = roc_auc_score(success, probability)
    return scores


def push_error(predicted: np.ndarray, action: np.ndarray, crop_width: np.ndarray) -> float:
    """Mean distance, centimetres, of the predicted from the true start and end of a push.

    Args:
        predicted, action: (N, 4) u0, v0, u1, v1, where -1 to 1 spans the crop.
        crop_width: (N,) metres across the crop.
    """
    ends = (predicted - action).reshape(-1, 2, 2)
    metres = np.linalg.norm(ends, axis=2) * crop_width[:, None] / 2
    return float(100 * metres.mean())


def poke_metrics(predicted: np.ndarray, line: np.ndarray) -> dict[str, float]:
    """R2 of slope and intercept, (N, 2) each."""
    slope, intercept = r2_score(line, predicted, multioutput="raw_values")
    return {"poke_slope_r2": float(slope), "poke_intercept_r2": float(intercept)}


def identity_auc(first: np.ndarray, second: np.ndarray) -> float:
    """Area under the ROC of the cosine, views of one object against views of two.

    Args:
        first, second: (N, D), row i of both shows object i.
    """
    cosine = normalized(first) @ normalized(second).T
    return float(roc_auc_score(np.eye(len(cosine), dtype=bool).ravel(), cosine.ravel()))


def measure(task: str, predicted: np.ndarray, truth: dict[str, np.ndarray]) -> dict[str, float]:
    """The metrics of one task from what was predicted for all its rows and their columns."""
    if task == "grasp":
        return grasp_metrics(predicted, truth["success"].astype(bool))
    if task == "push":
        error = push_error(predicted[:, :4], truth["action"][:, :4], truth["crop_width"])
        return {"push_cm": error}
    if task == "poke":
        return poke_metrics(predicted, truth["line"])
    return {"identity_auc": identity_auc(*np.split(predicted, 2, axis=1))}


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``interactions``; a number that a model does not give is left out."""
    check_names(config.runs)
    dataset = Dataset.open(config.data)
    if dataset.env != "tabletop":
        raise UserError(f"{config.data} holds no interactions: collect --env tabletop.")
    cache = dataset.cache(config.image_size)
    rows = {split: InteractionSampler(cache, 64, config.seed, split) for split in ("train", "val")}
    device = open_device(config.device)
    models = {"majority or mean": blind(rows["train"], rows["val"])}
    for name in track(config.runs, "evaluating", transient=True):
        models[name] = {} if name in BASELINES else judge(name, rows["val"], device)
    counts = {task: len(found) for task, found in rows["val"].of_task.items()}
    title = "each task on unseen objects"
    results = {"title": title, "data": counts, "metrics": METRICS, "models": models}
    Console().print(tasks_table(results))
    return results


def judge(run: str, rows: InteractionSampler, device: torch.device) -> dict[str, float]:
    """Every metric that the heads of a run allow."""
    method = load_method(run).to(device)
    scores: dict[str, float] = {}
    for task in TASKS:
        if task not in getattr(method, "tasks", ()) or len(rows.of_task[task]) < 2:
            continue
        predicted = []
        for batch in rows.everything(task):
            answer = method.predict(task, to_device(batch, device)).cpu().numpy()
            if task == "identity":  # the first views, then the second: side by side
                answer = np.hstack(np.split(answer, 2))
            predicted.append(answer)
        scores |= measure(task, np.concatenate(predicted), columns(rows, task))
    return scores


def blind(train: InteractionSampler, val: InteractionSampler) -> dict[str, float]:
    """What the training rows alone foresee, the same for every image."""
    scores: dict[str, float] = {}
    for task, target in (("grasp", "success"), ("push", "action"), ("poke", "line")):
        if len(train.of_task[task]) and len(val.of_task[task]) >= 2:
            truth = columns(val, task)
            mean = columns(train, task)[target].mean(axis=0)
            everywhere = np.broadcast_to(mean, truth[target].shape)
            scores |= measure(task, everywhere, truth)
    return scores


def columns(rows: InteractionSampler, task: str) -> dict[str, np.ndarray]:
    """All that is known about the rows of a task, in order, without their images."""
    known: dict[str, list[np.ndarray]] = {}
    for batch in rows.everything(task):
        for name, values in batch.items():
            if values.ndim < 4:
                known.setdefault(name, []).append(values.numpy())
    return {name: np.concatenate(parts) for name, parts in known.items()}
