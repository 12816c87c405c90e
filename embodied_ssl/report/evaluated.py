"""Tables, bars and neighbours from the files that ``evaluate`` wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embodied_ssl.data import LabelledImages, open_labelled
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import PROTOCOLS
from embodied_ssl.evaluation.models import BASELINES
from embodied_ssl.evaluation.protocols.retrieval import checksum
from embodied_ssl.evaluation.recall import RANKS
from embodied_ssl.evaluation.tables import LEVELS, share, short_name
from embodied_ssl.report.images import data_uri
from embodied_ssl.report.motions import ATOMIC, displacements
from embodied_ssl.report.moves import chosen_moves


def evaluated(files: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """The sections about evaluations, by protocol.

    Raises:
        UserError: for a file that ``evaluate`` did not write, or whose data is not there any more.
    """
    sections: dict[str, list[dict[str, Any]]] = {"retrievals": [], "tasks": []}
    for file in files:
        results = read(file)
        if results["protocol"] == "retrieval":
            sections["retrievals"].append(retrieval(results))
        else:
            sections["tasks"].append(tasks(results))
    return sections


def read(file: Path) -> dict[str, Any]:
    """The contents of one file."""
    try:
        results = json.loads(file.read_text())
        if results["protocol"] in PROTOCOLS and results["models"]:
            return results
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError):
        pass
    raise UserError(f"{file} was not written by evaluate.")


def retrieval(results: dict[str, Any]) -> dict[str, Any]:
    """Recall of every model and the neighbours that some of them found."""
    models = results["models"]
    best = best_run(results)
    return {
        "data": results["settings"]["data"],
        "counts": results["data"]["test"],
        "ranks": RANKS,
        "levels": list(LEVELS.values()),
        "best": short_name(best) if best else None,
        "rows": [recall_row(name, models, name == best) for name in models],
        "stages": [stage_rows(name, model) for name, model in models.items()],
        "neighbours": neighbours(results, best),
    }


def best_run(results: dict[str, Any]) -> str | None:
    """The run with the highest instance recall@1; nothing when only baselines were evaluated."""
    runs = {name: model for name, model in results["models"].items() if name not in BASELINES}
    return max(runs, key=lambda name: runs[name]["test"]["instance"]["1"], default=None)


def recall_row(name: str, models: dict[str, Any], best: bool) -> dict[str, Any]:
    """One line of the table; each number with whether no model has a higher one."""

    def cell(level: str, k: int) -> tuple[str, float, bool]:
        value = models[name]["test"][level][str(k)]
        highest = max(model["test"][level][str(k)] or 0 for model in models.values())
        return share(value), value or 0, value == highest

    return {
        "name": short_name(name),
        "embedding": models[name]["embedding"],
        "baseline": name in BASELINES,
        "best": best,
        "levels": [[cell(level, k) for k in RANKS] for level in LEVELS],
    }


def stage_rows(name: str, model: dict[str, Any]) -> dict[str, Any]:
    """Instance and category recall@1 of every embedding on validation."""
    rows = [
        {
            "embedding": score["embedding"],
            "chosen": score["embedding"] == model["embedding"],
            "instance": share(score["instance"]["1"]),
            "category": share(score["category"]["1"]),
        }
        for score in model["val"]
    ]
    return {"name": short_name(name), "rows": rows}


def neighbours(results: dict[str, Any], best: str | None) -> list[dict[str, Any]]:
    """For each shown query its image and the nearest images for the best run and two baselines."""
    settings, models = results["settings"], results["models"]
    labelled = open_labelled(settings["data"], results["data"]["image_size"])
    if checksum(labelled) != results["data"]["checksum"]:
        raise UserError(f"{settings['data']} is not as it was evaluated: evaluate again.")
    compared = {
        name: models[name]["neighbours"] for name in (best, "random", "pixels") if name in models
    }
    return [
        {
            "image": data_uri(labelled.images[query]),
            "kind": labelled.kind[query],
            "found": [
                {
                    "name": short_name(name),
                    "images": [answer(labelled, query, i) for i in shown[place]],
                }
                for name, shown in compared.items()
            ],
        }
        for place, query in enumerate(results["queries"])
    ]


def answer(labelled: LabelledImages, query: int, found: int) -> dict[str, Any]:
    """One neighbour: the same object, another of its kind, or wrong."""
    if labelled.instance[found] == labelled.instance[query]:
        verdict = "right"
    elif labelled.kind[found] == labelled.kind[query]:
        verdict = "kind"
    else:
        verdict = "wrong"
    return {
        "image": data_uri(labelled.images[found]),
        "kind": labelled.kind[found],
        "verdict": verdict,
    }


def tasks(results: dict[str, Any]) -> dict[str, Any]:
    """The numbers of every model; a number that a model does not have is None."""
    metrics = results["metrics"]
    return {
        "title": results["title"],
        "data": results["settings"]["data"],
        "counts": results["data"],
        "titles": [title for title, _ in metrics.values()],
        "rows": [
            {
                "name": short_name(name),
                "cells": [
                    form.format(values[metric]) if values.get(metric) is not None else None
                    for metric, (_, form) in metrics.items()
                ],
            }
            for name, values in results["models"].items()
        ],
        "displacements": displacements(results),
        "motions": ATOMIC,
        "moves": chosen_moves(results),
    }
