"""Whether a run in a folder goes on with what is asked for now."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from embodied_ssl.checkpoints import STATE
from embodied_ssl.methods.base import Method, Recipe
from embodied_ssl.settings import to_dict
from embodied_ssl.training.checkpoint import RUN, Progress, newest, progress_of
from embodied_ssl.training.config import LoopConfig, TrainConfig
from embodied_ssl.training.folder import write_run
from embodied_ssl.training.growth import check_data, check_growth, check_settings
from embodied_ssl.training.runs import read_run
from embodied_ssl.trunks import all_settings


def check_run(
    config: TrainConfig,
    run: dict[str, Any],
    datasets: dict[str, Any],
    method: Method,
    cls: type[Method],
) -> bool:
    """Whether the run in the folder goes on with a larger budget.

    Raises:
        UserError: when it is another run than what is asked for, or was trained on other data.
    """
    earlier = read_run(config.out)
    defaults = {
        "train": _defaults(LoopConfig),
        "recipe": to_dict(Recipe()),
        "method_config": to_dict(cls.Config()),
        "trunk_settings": all_settings(config.trunk, {}),
    }
    grows = check_settings(config.out, earlier, run, defaults)
    check_data(config.out, earlier["datasets"], run["datasets"], datasets)
    if grows:
        checkpoint = newest(config.out)
        done = progress_of(checkpoint) if checkpoint else Progress()
        check_growth(config.out, config.images, done, config.recipe, method, config.extend)
    return grows


def finished(config: TrainConfig, processes: int) -> float:
    """Images of a run whose budget is done, 0 where there is something to do or to refuse."""
    checkpoint = newest(config.out)
    if checkpoint is None or not (checkpoint / STATE).exists():
        return 0
    done = progress_of(checkpoint)
    return done.images if done.processes == processes and done.images >= config.images else 0


def keep_run(out: Path, run: dict[str, Any], settings: dict[str, Any]) -> None:
    """Write what a run is where it begins or its budget grows; the budgets of before are kept."""
    if not (out / RUN).exists():
        write_run(out, run, settings)
        return
    earlier = read_run(out)
    images = earlier["train"].get("images")
    if images != run["train"]["images"]:
        budgets = [*earlier.get("earlier_budgets", []), images]
        train = {**earlier["train"], "images": run["train"]["images"]}
        write_run(out, {**earlier, "train": train, "earlier_budgets": budgets}, settings)


def _defaults(cls: type) -> dict[str, Any]:
    """Of the fields of a dataclass that have one."""
    return {
        field.name: to_dict(field.default)
        for field in dataclasses.fields(cls)
        if field.default is not dataclasses.MISSING
    }
