"""Options of a command: those on the command line win over a ``--config`` file, that over defaults.

An option belongs to one of several dataclasses, which share one flat list of names.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from embodied_ssl.errors import did_you_mean
from embodied_ssl.settings import fields_from, read_settings


@dataclass(frozen=True)
class SettingsFile:
    """Settings from a file."""

    config: Path | None = None
    """YAML file of settings, such as the one that a dataset or a run holds; options win over it."""


def value_of(option: str, args: list[str]) -> str | None:
    """The value of an option among arguments, ``--option VALUE`` or ``--option=VALUE``."""
    found = None
    for number, part in enumerate(args):
        if part.startswith(f"{option}="):
            found = part.partition("=")[2]
        elif part == option and number + 1 < len(args):
            found = args[number + 1]
    return found


def settings_given(args: list[str]) -> dict[str, Any]:
    """What the file of ``--config`` says, nothing without one."""
    file = value_of("--config", args)
    return read_settings(Path(file)) if file else {}


def parse(
    args: list[str], program: str, description: str, *classes: type, given: dict[str, Any]
) -> list[Any]:
    """An object of each class.

    Args:
        args: of the command line.
        program: what the help calls the command.
        description: what the help says of it.
        classes: dataclasses; their options stand side by side.
        given: what the ``--config`` file says, by the names of fields.

    Raises:
        UserError: for an option or a setting that none of the classes has.
    """
    import tyro

    groups = (SettingsFile, *classes)
    known = [flag for cls in groups for flag in _flags(cls)]
    for part in args:
        flag = part.partition("=")[0].replace("_", "-")
        if part.startswith("--") and flag not in (*known, "--help"):
            raise did_you_mean("option", flag, known)
    file = value_of("--config", args) or ""
    names = [f.name for cls in classes for f in dataclasses.fields(cls)]
    for name in given:
        if name not in names:
            raise did_you_mean(f"setting in {file}", name, names)
    flat = tyro.conf.arg(name="")
    fields = []
    for number, cls in enumerate(groups):
        ours = {f.name: given[f.name] for f in dataclasses.fields(cls) if f.name in given}
        default = _unchecked(cls, fields_from(cls, ours, file), tyro.MISSING)
        fields.append((f"group{number}", Annotated[cls, flat], dataclasses.field(default=default)))
    options = dataclasses.make_dataclass("Options", fields)
    parsed = tyro.cli(options, prog=program, description=description, args=args)
    return [getattr(parsed, name) for name, *_ in fields[1:]]


def _unchecked(cls: type, values: dict[str, Any], missing: Any) -> Any:
    """Defaults for tyro: not yet checked against one another, as options may still change them."""
    instance = object.__new__(cls)
    for field in dataclasses.fields(cls):
        if field.name in values:
            value = values[field.name]
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            value = missing if field.default is dataclasses.MISSING else field.default
        object.__setattr__(instance, field.name, value)
    return instance


def _flags(cls: type, prefix: str = "") -> Iterator[str]:
    """Every option of a dataclass, those of a dataclass within it as ``--outer.inner``."""
    hints = typing.get_type_hints(cls)
    annotated = typing.get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        extras = getattr(annotated[field.name], "__metadata__", ())
        told = next((extra.name for extra in extras if hasattr(extra, "name")), None)
        name = told or field.name.replace("_", "-")
        if dataclasses.is_dataclass(hints[field.name]):
            yield from _flags(hints[field.name], f"{prefix}{name}.")
        else:
            yield f"--{prefix}{name}"
            if hints[field.name] is bool:
                yield f"--{prefix}no-{name}"
