"""Settings as YAML and JSON: dataclasses to plain values and back, each mistake in one line.

``to_dict`` and ``from_dict`` are inverses; ``from_dict`` checks names and types by the dataclass.
"""

from __future__ import annotations

import dataclasses
import errno
import math
import reprlib
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.files import write_atomically

LARGEST = 1 << 20
"""Characters of a file of settings."""
SCALARS = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "a text",
    Path: "a path",
}


def read_settings(path: Path, known: Iterable[str] | None = None) -> dict[str, Any]:
    """The settings of a YAML file.

    Args:
        path: of the file.
        known: the names that there may be; any by default.

    Raises:
        UserError: for a file that is not there, is no YAML or no mapping, or has an unknown name.
    """
    import yaml

    try:
        settings = yaml.safe_load(_text(Path(path)))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UserError(f"{path} cannot be read: {reason}.") from error
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UserError(f"{path} is no YAML: {line}{error.problem}.") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: it holds what is no text.") from error
    except (ValueError, OverflowError, RecursionError) as error:  # a 13th month, a bracket too deep
        raise UserError(f"{path} has a value that YAML cannot hold: {error}.") from error
    settings = {} if settings is None else settings
    if not isinstance(settings, dict) or not all(isinstance(name, str) for name in settings):
        raise UserError(f"{path} must be a mapping from names of settings to values.")
    if known is not None:
        refuse_unknown(settings, known, str(path))
    return settings


def _text(path: Path) -> str:
    """Of a file; OSError for a device or a pipe, which might never end, and for a large file."""
    if path.exists() and not path.is_dir() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file")
    with path.open(encoding="utf-8") as file:
        text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise OSError(errno.EFBIG, "it is too large for settings")
    return text


def write_settings(path: Path, settings: Mapping[str, Any]) -> None:
    """Write settings as YAML, atomically, in their order."""
    import yaml

    text = yaml.safe_dump(to_dict(dict(settings)), sort_keys=False, default_flow_style=None)
    write_atomically(path, text.encode())


def refuse_unknown(settings: Iterable[str], known: Iterable[str], where: str = "") -> None:
    """UserError for the first name that is not known, suggesting the nearest one that is."""
    known = list(known)
    for name in settings:
        if name not in known:
            raise UserError(f"{where}: {did_you_mean('setting', name, known)}".removeprefix(": "))


def to_dict(value: Any) -> Any:
    """Plain values for JSON and YAML: dataclasses as dicts, tuples as lists, paths as strings."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_dict(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [to_dict(item) for item in value]
    if isinstance(value, dict):
        return {key: to_dict(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def from_dict(cls: type, plain: Mapping[str, Any], where: str = "") -> Any:
    """A dataclass from what ``to_dict`` made of one; what is absent has its default.

    Args:
        cls: the dataclass.
        plain: the values of its fields by name.
        where: begins the error, such as the file they come from.

    Raises:
        UserError: for a name that is not a field, a value of a wrong type, or one that is missing.
    """
    values = fields_from(cls, plain, where)
    for field in dataclasses.fields(cls):
        if field.name not in values and field.init and _required(field):
            raise UserError(f"{where}: {field.name} is missing".removeprefix(": ") + ".")
    return cls(**values)


def fields_from(cls: type, plain: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The values of a dataclass's fields that ``plain`` has, of the types that the fields have."""
    hints = typing.get_type_hints(cls)
    refuse_unknown(plain, [f.name for f in dataclasses.fields(cls)], where)
    return {name: _convert(hints[name], value, name, where) for name, value in plain.items()}


def _required(field: dataclasses.Field) -> bool:
    return field.default is field.default_factory is dataclasses.MISSING


def _convert(hint: Any, value: Any, name: str, where: str) -> Any:
    """A value as a type; ``name`` is of the setting."""
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return from_dict(hint, value, f"{where}: {name}".removeprefix(": "))
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in parts:
            return None
        (hint, *others) = [part for part in parts if part is not type(None)]
        for other in others:
            try:
                return _convert(hint, value, name, where)
            except UserError:
                hint = other
        return _convert(hint, value, name, where)
    if origin is typing.Literal and value in parts:
        return value
    if origin is tuple and isinstance(value, list | tuple):
        each = parts[:1] * len(value) if parts[1:] == (...,) else parts
        if len(each) == len(value):
            converted = zip(each, value, strict=True)
            return tuple(_convert(part, item, name, where) for part, item in converted)
    if origin is dict and isinstance(value, Mapping):
        return {key: _convert(parts[1], item, name, where) for key, item in value.items()}
    if origin is None and (scalar := _scalar(hint, value)) is not None:
        return scalar
    raise UserError(
        f"{where}: {name} must be {_wanted(hint)}, not {reprlib.repr(value)}.".removeprefix(": ")
    )


def _scalar(hint: type, value: Any) -> Any:
    """A scalar as a type, None where it is of another. YAML reads 1e-3 as a text."""
    if hint is bool or isinstance(value, bool):
        return value if hint is bool and isinstance(value, bool) else None
    if hint in (int, float):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return None
        if hint is float:
            return number if math.isfinite(number) else None
        return int(value if isinstance(value, int) else number) if number.is_integer() else None
    if hint in (str, Path):
        return hint(value) if isinstance(value, str | Path) else None
    return value if isinstance(hint, type) and isinstance(value, hint) else None


def _wanted(hint: Any) -> str:
    parts = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(map(str, parts))
    if typing.get_origin(hint) is tuple:
        count = "" if parts[1:] == (...,) else f" of {len(parts)}"
        return f"a list{count}, each {_wanted(parts[0])}"
    if typing.get_origin(hint) is dict or dataclasses.is_dataclass(hint):
        return "a mapping"
    return SCALARS.get(hint, str(hint))
