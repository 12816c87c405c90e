"""What a run's folder says of its settings and its data, beside what is asked for now.

A run keeps both. Only its budget may grow: where no step depends on it, or where that is asked for.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.training.checkpoint import Progress

PARTS = {
    "method": "--method",
    "trunk": "--trunk",
    "train": "--",
    "recipe": "--",
    "method_config": "--",
    "trunk_settings": "--trunk.",
}
"""Parts of ``run.json`` and how the options of their settings begin."""
NAMED = 3  # settings that differ, in a message


def check_settings(
    out: Path, earlier: Mapping[str, Any], run: Mapping[str, Any], defaults: Mapping[str, Any]
) -> bool:
    """Whether the run goes on with a larger budget.

    Args:
        out: its folder.
        earlier: what its ``run.json`` says.
        run: what it would say of what is asked for now.
        defaults: of the settings; one that there was not yet when the run began had this.

    Raises:
        UserError: for any other difference, naming the settings and both values.
    """
    found = {}
    for part, option in PARTS.items():
        found |= dict(_differing(option, earlier.get(part), run[part], defaults.get(part)))
        if part in ("method", "trunk") and found:
            break  # the settings of another one are others
    if list(found) == ["--images"] and found["--images"][0] < found["--images"][1]:
        return True
    if found:
        words = [f"{name} {_word(was)}, not {_word(now)}" for name, (was, now) in found.items()]
        more = f" (and {len(words) - NAMED} more)" if len(words) > NAMED else ""
        named = "; ".join(words[:NAMED]).replace("--method ", "the method ")
        raise UserError(f"{out} was trained with {named}{more}: say that, or choose another --out.")
    return False


def _differing(
    name: str, was: Any, now: Any, default: Any
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        default = default if isinstance(default, Mapping) else {}
        start = name if name.endswith(("--", ".")) else f"{name}."
        for key, value in now.items():
            before = was.get(key, default.get(key, value))
            inner = f"{start}{key.replace('_', '-')}"
            yield from _differing(inner, before, value, default.get(key))
        for key in was.keys() - now.keys():
            yield f"{start}{key.replace('_', '-')}", (was[key], None)
    elif was != now:
        yield name, (was, now)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_word, value))
    return "none" if value is None else reprlib.repr(value).strip("'")


def check_growth(
    out: Path,
    before: int,
    images: int,
    done: Progress,
    recipe: Recipe,
    method: Method,
    extend: bool,
) -> None:
    """UserError when a step would be another one for the larger budget, unless ``extend``.

    Args:
        out: the run's folder.
        before, images: the budget of the run and the new one.
        done: how far the run is.
        recipe: of the method.
        method: what is trained.
        extend: go on all the same.
    """
    finals = (recipe.final_weight_decay, recipe.final_sgd_momentum)
    if done.images == 0 or extend:
        return
    progress = done.images / images
    if recipe.lr_schedule == "cosine":
        reason = (
            "its learning rate, which falls along a cosine to the end of the budget, would rise"
        )
    elif progress < recipe.warmup:
        reason = "it would be in its --warmup again"
    elif any(final is not None for final in finals) or method.bound_to_budget:
        reason = "what a step does depends on how much of the budget is done"
    else:
        return
    raise UserError(
        f"{out} was trained with --images {before}, and with {images} {reason}: add --extend to go "
        "on all the same, or choose another --out."
    )


def check_data(
    out: Path, earlier: Mapping[str, Any], now: Mapping[str, Any], datasets: Mapping[str, Any]
) -> None:
    """UserError when a run's data are not those that it began with, naming how many rows there
    were and are.

    Args:
        out: the run's folder.
        earlier, now: ``datasets`` of ``run.json``, by their worlds.
        datasets: those that are open now.
    """
    if earlier.keys() != now.keys():
        worlds = (" and ".join(sorted(each)) or "no" for each in (earlier, now))
        raise UserError("{} was trained on {} data, not {}: choose another --out.".format(
            out, *worlds))  # fmt: skip
    for world, data in now.items():
        was = earlier[world]
        if was.get("fingerprint") == data["fingerprint"]:
            continue
        rows = was.get("rows") or _rows_of_part(datasets[world], was.get("fingerprint"))
        if rows and data["rows"] and rows < data["rows"]:
            raise UserError(
                f"{data['path']} was a part of {rows} rows when {out} began, and has "
                f"{data['rows']} now: a run keeps its data, choose another --out for all of them."
            )
        sizes = f", {rows} rows then and {data['rows']} now" if rows and data["rows"] else ""
        raise UserError(
            f"{out} was trained on other data than {data['path']} holds{sizes}: choose another "
            "--out."
        )


def _rows_of_part(dataset: Any, fingerprint: Any) -> int | None:
    """Rows of a dataset when it had a fingerprint, None where it never had it."""
    part = dataset.part_of_before(fingerprint) if isinstance(dataset, Dataset) else None
    return part.num_rows if part else None
