"""Settings to plain values and back, for JSON files."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Any


def to_dict(value: Any) -> Any:
    """Dataclasses as dicts, tuples as lists, paths as strings."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_dict(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [to_dict(item) for item in value]
    if isinstance(value, dict):
        return {key: to_dict(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def from_dict(cls: type, plain: dict[str, Any]) -> Any:
    """A dataclass from what ``to_dict`` made of one."""
    hints = typing.get_type_hints(cls)
    values = {}
    for name, value in plain.items():
        if dataclasses.is_dataclass(hints.get(name)):
            value = from_dict(hints[name], value)
        values[name] = tuple(value) if isinstance(value, list) else value
    return cls(**values)
