"""What a run says of itself: ``run.json``, ``settings.yaml``, the trunk's card, its last line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from embodied_ssl.settings import to_dict
from embodied_ssl.training.checkpoint import Progress
from embodied_ssl.training.config import EFFECTLESS, TrainConfig
from embodied_ssl.trunks import all_settings


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
                "rows": getattr(dataset, "num_rows", None),
            }
            for path, dataset in zip(config.data, datasets.values(), strict=True)
        },
    }


def command_settings(config: TrainConfig, name: str, method_config: Any) -> dict[str, Any]:
    """What ``train --config`` reads to repeat a run: every setting under the name of its option."""
    loop = to_dict(config)
    recipe = loop.pop("recipe")
    del loop["extend"]  # once
    return {"method": name} | loop | recipe | to_dict(method_config)


def card_facts(config: TrainConfig, run: dict[str, Any]) -> dict[str, str]:
    """What the card of the trunk says of the run, by the names of the facts."""
    data = (
        f"{each['path']} ({world}{f', {rows} rows' if (rows := each['rows']) else ''})"
        for world, each in run["datasets"].items()
    )
    settings = {**run["method_config"], **run["recipe"], **run["train"]}
    return {
        "Method": run["method"],
        "Data": ", ".join(data),
        "Budget": f"{config.images:,} images",
        "Settings": ", ".join(f"`{name}` {_word(value)}" for name, value in settings.items()),
    }


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_word(each)}" for name, each in value.items()) + ")"
    return " ".join(map(_word, value)) if isinstance(value, list) else str(value)


def summary(out: Path, name: str, before: Progress, done: Progress, seconds: float) -> str:
    """The line that a training ends with."""
    now = f", the last {done.images - before.images:,.0f} of them" if before.step else ""
    time_ = timedelta(seconds=round(seconds))
    return f"trained {name} for {done.images:,.0f} images{now} in {time_}: {out}"
