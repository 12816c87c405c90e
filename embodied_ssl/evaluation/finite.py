"""Numbers that are none: features that have diverged, metrics that cannot be computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from embodied_ssl.errors import UserError

if TYPE_CHECKING:
    from torch import nn

    from embodied_ssl.evaluation.embedding import Features

LARGEST = 1e15
"""Of a feature: squares of larger ones are no float32 any more."""


def check_features(features: Features, model: str) -> Features:
    """The features; UserError naming the model and the first stage with a number that is none."""
    for (stage, _), values in features.items():
        _check(values, stage, model)
    return features


def check_maps(maps: Mapping[str, np.ndarray], model: str) -> Mapping[str, np.ndarray]:
    """The maps of stages; UserError as for features."""
    for stage, values in maps.items():
        _check(values, stage, model)
    return maps


def check_weights(module: nn.Module, model: str) -> None:
    """UserError naming the first tensor of a network that is not finite."""
    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise UserError(f"{model}: its weights {name} are not finite: train it again.")


def without_nan(numbers: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Results with None for every number that is not finite, and the names of those."""
    found: list[str] = []

    def cleaned(value: Any, name: str) -> Any:
        if isinstance(value, Mapping):
            return {k: cleaned(v, f"{name}.{k}".removeprefix(".")) for k, v in value.items()}
        if isinstance(value, np.ndarray | np.generic):
            value = value.tolist()
        if isinstance(value, list | tuple):
            return [cleaned(item, name) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            found.append(name)
            return None
        return value

    return cleaned(numbers, ""), list(dict.fromkeys(found))


def _check(values: np.ndarray, stage: str, model: str) -> None:
    if not values.size:
        return
    low, high = float(values.min()), float(values.max())  # NaN where one of them is
    if not math.isfinite(low + high):
        raise UserError(f"{model}: the features of its stage {stage!r} are not finite numbers.")
    if max(-low, high) > LARGEST:
        raise UserError(
            f"{model}: the features of its stage {stage!r} reach {max(-low, high):.0e}, too large "
            "to be compared."
        )
