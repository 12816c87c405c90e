"""Next-best view: first views of some objects, the moves that were chosen, and what they showed."""

from __future__ import annotations

from typing import Any

from embodied_ssl.data import Dataset
from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.models import BASELINES
from embodied_ssl.evaluation.tables import short_name
from embodied_ssl.report.images import data_uri


def chosen_moves(results: dict[str, Any]) -> dict[str, Any] | None:
    """The examples of the first run, or of the first model where no run was evaluated.

    Raises:
        UserError: when the views are not there any more or not as they were evaluated.
    """
    if results["protocol"] != "next-best-view":
        return None
    models = results["models"]
    name = next((name for name in models if name not in BASELINES), next(iter(models)))
    data = results["settings"]["data"]
    if Dataset.open(data).fingerprint != results.get("fingerprint"):
        raise UserError(f"{data} is not as it was evaluated: evaluate again.")
    views = TurntableViews.open(data, results["settings"]["image_size"])
    shown = [
        {
            **example,
            "images": [data_uri(views.images[example[view]]) for view in ("first", "second")],
        }
        for example in models[name]["examples"]
    ]
    return {"name": short_name(name), "examples": shown}
