"""Results as ``evaluate`` writes them to a file, and as the report reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError

BASELINES = ("pixels", "histogram", "random", "imagenet")
"""Models that nobody trained here. Where runs differ in architecture there are several of random,
``random (...)``."""

Results = dict[str, Any]
"""``protocol``, ``settings``, ``title``, ``data`` (how much of what), ``fingerprint``, ``metrics``
(name -> title and format), ``models`` (name -> numbers), and where they come from."""


def write_results(results: Results, file: Path) -> None:
    """Write the file whole or not at all."""
    draft = file.with_name(f".{file.name}.tmp")
    draft.write_text(json.dumps(results, indent=1))
    draft.replace(file)


def read_results(file: Path) -> Results:
    """The contents of a file.

    Raises:
        UserError: when ``evaluate`` did not write it.
    """
    try:
        results = json.loads(file.read_text())
        if results["protocol"] and results["models"] and results["settings"]["data"]:
            return results
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError):
        pass
    raise UserError(f"{file} was not written by evaluate.")


def runs_of(results: Results) -> list[str]:
    """Those of the models that were trained."""
    named = results["settings"]["runs"]
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


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Name -> the shortest end of its path that no other name ends with."""
    names = list(names)

    def end(name: str, parts: int) -> str:
        return "/".join(name.rstrip("/").split("/")[-parts:]) or name

    def shortest(name: str) -> str:
        for parts in range(1, name.count("/") + 1):
            if sum(end(other, parts) == end(name, parts) for other in names) == 1:
                return end(name, parts)
        return name

    return {name: shortest(name) for name in names}
