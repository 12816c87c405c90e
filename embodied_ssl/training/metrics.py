"""``metrics.jsonl``: the numbers that a training logged, a JSON object a line."""

from __future__ import annotations

import json
import math
from pathlib import Path

from embodied_ssl.errors import UserError


def read_metrics(path: Path) -> list[dict[str, float]]:
    """The lines of a file, each with its finite numbers; none where there is no file.

    A line that is no object with a ``step``, as half of the last one where a training was killed,
    is left out. A pipe or a device, which might never end, is not read.

    Raises:
        UserError: when the file cannot be read.
    """
    return read_log(path)[0]


def read_log(path: Path) -> tuple[list[dict[str, float]], int]:
    """What ``read_metrics`` gives, and how many lines it leaves out, but for a last one that was
    not written to its end."""
    try:
        text = path.read_bytes().decode(errors="replace") if path.is_file() else ""
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    lines = text.split("\n")
    entries = [_numbers(line) for line in lines]
    ended = list(zip(lines, entries, strict=True))[:-1]
    damaged = sum(bool(line.strip()) and "step" not in entry for line, entry in ended)
    return [entry for entry in entries if "step" in entry], damaged


def _numbers(line: str) -> dict[str, float]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    entry = entry if isinstance(entry, dict) else {}
    return {name: value for name, value in entry.items() if _is_number(value)}


def _is_number(value: object) -> bool:
    try:
        return type(value) in (int, float) and math.isfinite(float(value))
    except OverflowError:
        return False
