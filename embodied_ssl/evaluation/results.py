"""Results as ``evaluate`` writes them to a file, and as the report reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.outputs import write_output

BASELINES = ("pixels", "histogram", "random", "random-rescaled", "imagenet")
"""Models that nobody trained here. Where runs differ in architecture there are several of random,
``random (...)``."""
USUAL = tuple(name for name in BASELINES if name != "random-rescaled")
"""In every table, unless a protocol says otherwise."""

FORMAT = re.compile(r"[^{}]{0,9}\{(:[+,.\d]{0,4}[a-z%]?)?\}[^{}]{0,9}")
"""Of a number, such as ``{:.3f}``; none that makes a text without end."""

Results = dict[str, Any]
"""``protocol``, ``settings``, ``title``, ``data`` (how much of what), ``fingerprint``, ``metrics``
(name -> title and format), ``models`` (name -> numbers), ``runs`` (those that were trained), and
where they come from."""


def write_results(results: Results, file: Path) -> None:
    """Write the file whole or not at all."""
    write_output(file, json.dumps(results, indent=1, allow_nan=False).encode())


def read_results(file: Path) -> Results:
    """The contents of a file.

    Raises:
        UserError: when ``evaluate`` did not write it.
    """
    try:
        if file.exists() and not file.is_file():
            raise UserError(f"cannot read {file}: it is no plain file.")
        results = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}.") from error
    except (ValueError, RecursionError):  # no JSON, no text, nested without end
        results = None
    if not _as_written(results):
        raise UserError(f"{file} was not written by evaluate, or not to its end.")
    return results


def _as_written(results: Any) -> bool:
    """Whether the parts that all protocols share are there and of their types."""
    shared = {"protocol": str, "title": str, "settings": dict, "data": dict, "models": dict}
    if not isinstance(results, dict) or not all(
        isinstance(results.get(name, ""), kind) for name, kind in shared.items() if name in results
    ):
        return False
    metrics, settings = results.get("metrics", {}), results.get("settings", {})
    return (
        bool(results.get("protocol") and results.get("models"))
        and all(isinstance(numbers, dict) for numbers in results["models"].values())
        and isinstance(settings.get("data"), str)
        and isinstance(settings.get("runs", []), list)
        and all(isinstance(run, str) for run in settings.get("runs", []))
        and isinstance(metrics, dict)
        and all(_is_metric(metric) for metric in metrics.values())
    )


def _is_metric(metric: Any) -> bool:
    """Whether it is a title and a format, such as ``{:.3f}``, that makes no text without end."""
    two = isinstance(metric, list) and len(metric) == 2 and all(isinstance(x, str) for x in metric)
    return two and FORMAT.fullmatch(metric[1]) is not None


def runs_of(results: Results) -> list[str]:
    """Those of the models that were trained."""
    if "runs" in results:
        return [name for name in results["models"] if name in results["runs"]]
    named = results["settings"].get("runs", [])  # of versions before 0.2
    return [name for name in results["models"] if name in named and name not in BASELINES]


def check_unchanged(results: Results, fingerprint: str) -> None:
    """UserError when the data are not those that were evaluated."""
    if results.get("fingerprint") != fingerprint:
        data = results["settings"]["data"]
        raise UserError(f"{data} is not as it was evaluated: evaluate again.")


def value_of(numbers: dict[str, Any], name: str) -> Any:
    """A number by its name, with dots between the keys of nested parts; None if it is not there."""
    value: Any = numbers
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def is_baseline(name: str) -> bool:
    """Whether it is the name of a baseline, or of one of several untrained trunks."""
    return name in BASELINES or name.startswith(("random (", "random-rescaled ("))


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Name -> the shortest end of its path that no other name ends with, nor is a baseline's."""
    names = list(names)
    others = [name for name in names if not is_baseline(name)]

    def end(name: str, parts: int) -> str:
        return "/".join(name.rstrip("/").split("/")[-parts:]) or name

    def shortest(name: str) -> str:
        for parts in range(1, name.count("/") + 1):
            short = end(name, parts)
            alone = sum(end(other, parts) == short for other in others) == 1
            if alone and not is_baseline(short) and short not in (".", "..", *names):
                return short
        return name

    return {name: name if is_baseline(name) else shortest(name) for name in names}
