"""How far recall@1 may be off, because other objects might have been asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied_ssl.evaluation.recall import LEVELS, share
from embodied_ssl.figures import Row, Table

PARTS = {"val": "validation", "test": "test"}


def intervals_table(models: Mapping[str, dict[str, Any]], names: Mapping[str, str]) -> Table | None:
    """A row a model, of the embedding that was chosen; nothing of results without intervals.

    Args:
        models: name -> its numbers.
        names: as they are shown.
    """
    rows = []
    for name, model in models.items():
        parts = {"val": chosen_on_validation(model), "test": model["test"]}
        if "low" not in parts["test"]["instance"]:
            continue
        texts = (with_interval(parts[part][level]) for level in LEVELS for part in PARTS)
        rows.append(Row(names[name], tuple(texts)))
    if not rows:
        return None
    return Table(
        tuple(PARTS.values()) * len(LEVELS),
        tuple(rows),
        groups=tuple(LEVELS.values()),
        caption="recall@1 of the chosen embedding, with the 95 % interval over draws of objects",
    )


def chosen_on_validation(model: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers on validation objects of the embedding that was chosen there."""
    return next(each for each in model["val"] if each["embedding"] == model["embedding"])


def with_interval(recall: Mapping[str, float | None]) -> str:
    """Recall@1 as ``.377 (.341 to .412)``."""
    if recall["1"] is None:
        return "n/a"
    return f"{share(recall['1'])} ({share(recall['low'])} to {share(recall['high'])})"
