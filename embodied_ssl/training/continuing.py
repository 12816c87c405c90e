"""Whether a run in a folder goes on with what is asked for now."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from embodied_ssl.checkpoints import STATE, candidates
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.settings import to_dict
from embodied_ssl.training.checkpoint import Progress, newest, progress_of
from embodied_ssl.training.config import LoopConfig, TrainConfig
from embodied_ssl.training.folder import check_folder, write_run
from embodied_ssl.training.growth import check_data, check_growth, check_settings
from embodied_ssl.training.initial import check_initial
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
    check_initial(config.out, earlier.get("init"), config.init)
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
        was = earlier["train"]["images"]
        check_growth(config.out, was, config.images, done, config.recipe, method, config.extend)
    return grows


def finished(config: TrainConfig) -> float:
    """Images of a run whose budget is done, 0 where there is something to do or to refuse."""
    checkpoint = newest(config.out)
    if checkpoint is None or not (checkpoint / STATE).exists():
        return 0
    done = progress_of(checkpoint)
    return done.images if done.images >= config.images else 0


def has_begun(out: Path) -> bool:
    """Whether there is a run in a folder that has come to a checkpoint; without one, as after a
    loss that was not finite, the folder may be used for other settings.

    Raises:
        UserError: when it holds something else, or cannot be written to.
    """
    return check_folder(out) and bool(candidates(out))


def keep_run(out: Path, run: dict[str, Any], settings: dict[str, Any], begun: bool) -> None:
    """Write what a run is where it begins or its budget grows; the budgets of before are kept."""
    if not begun:
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
