"""Options of a command: those on the command line win over a ``--config`` file, that over defaults.

An option belongs to one of several dataclasses, which share one flat list of names.
"""

from __future__ import annotations

import dataclasses
import io
import os
import shutil
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from embodied_ssl.errors import did_you_mean, say_error
from embodied_ssl.leaves import Leaf, as_tyro, built, leaves
from embodied_ssl.settings import fields_from, read_settings

HELP = frozenset(("-h", "--help"))
USAGE_ERROR = 2
NARROWEST = 40  # columns of a terminal for which a help text is laid out
SIDES, RULES = "│|", "╭╮╰╯─+-"  # of a frame


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


def between(low: int, high: int) -> Callable[[str], int]:
    """The type of an option of a script: whole numbers within bounds."""

    def number(text: str) -> int:
        if not text.lstrip("-").isdecimal() or not low <= int(text) <= high:
            raise ArgumentTypeError(f"must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return number


def parse(
    args: list[str],
    program: str,
    description: str,
    *classes: type,
    given: Mapping[str, Any] | None = None,
    titles: tuple[str, ...] = (),
) -> list[Any]:
    """An object of each class.

    Args:
        args: of the command line.
        program: what the help calls the command.
        description: what the help says of it.
        classes: dataclasses; their options stand side by side.
        given: what the ``--config`` file says, by the names of fields; None where a command takes
            no such file.
        titles: heading of each class's options in the help.

    Raises:
        UserError: for an option or a setting that none of the classes has.
        SystemExit: with status 2 for a value that is none of its type, or that is missing.
    """
    from tyro import MISSING
    from tyro.conf import OmitArgPrefixes, arg

    groups = (*([SettingsFile] if given is not None else []), *classes)
    headings = (*([""] if given is not None else []), *(titles or [""] * len(classes)))
    file = value_of("--config", args) or ""
    names = [f.name for cls in classes for f in dataclasses.fields(cls)]
    for name in given or {}:
        if name not in names:
            raise did_you_mean(f"setting in {file}", name, names)
    found: list[list[Leaf]] = []
    for cls, heading in zip(groups, headings, strict=True):
        ours = {f.name: given[f.name] for f in dataclasses.fields(cls) if f.name in (given or {})}
        instance = _unchecked(cls, fields_from(cls, ours, file), MISSING)
        found.append(list(leaves(cls, instance, heading)))
    every = [(number, leaf) for number, ours in enumerate(found) for leaf in ours]
    _check_flags(args, [flag for _, leaf in every for flag in leaf.flags])
    args = separated(args, {flag for _, leaf in every if leaf.numbers for flag in leaf.flags})
    fields: dict[str, list[tuple[str, Any, Any]]] = {name: [] for name in ("data", *headings)}
    for number, leaf in every:
        hint = as_tyro(leaf, explained=bool(HELP & set(args)))
        key = ("_".join((f"in{number}", *leaf.path)), hint, dataclasses.field(default=leaf.default))
        fields.setdefault(leaf.group, []).append(key)
    parts = []
    for number, (heading, ours) in enumerate(fields.items()):
        if not ours:
            continue
        group = dataclasses.make_dataclass(f"Group{number}", ours)
        hint = Annotated[OmitArgPrefixes[group], arg(name=heading, help="")]
        parts.append((f"group{number}", hint))
    options = dataclasses.make_dataclass("Options", parts)
    parsed = _told(options, args, program, description)
    values = {k: v for part, _ in parts for k, v in vars(getattr(parsed, part)).items()}
    objects = [
        built(cls, {leaf.path: values["_".join((f"in{number}", *leaf.path))] for leaf in ours})
        for number, (cls, ours) in enumerate(zip(groups, found, strict=True))
    ]
    return objects[len(groups) - len(classes) :]


def separated(args: list[str], numbers: set[str]) -> list[str]:
    """Arguments with ``--weights 1,0.5`` and ``--weights=1,0.5`` as ``--weights 1 0.5``.

    Args:
        args: of the command line.
        numbers: the options that take several numbers.
    """
    parts: list[str] = []
    flag = ""
    for part in args:
        if part.startswith("--"):
            flag, _, value = part.partition("=")
            flag = flag.replace("_", "-")
            listed = [flag, *value.replace(",", " ").split()]
            parts += listed if flag in numbers and "," in value else [part]
        else:
            parts += part.replace(",", " ").split() if flag in numbers else [part]
    return parts


def _check_flags(args: list[str], known: list[str]) -> None:
    """UserError for the first option that is not known."""
    for part in args:
        flag = part.partition("=")[0].replace("_", "-")
        if part.startswith("--") and flag not in (*known, "--help"):
            raise did_you_mean("option", flag, known)


def _told(options: type, args: list[str], program: str, description: str) -> Any:
    """What tyro makes of arguments; its frames of many lines for a mistake become one line."""
    import tyro

    if shutil.get_terminal_size().columns < NARROWEST:
        os.environ["COLUMNS"] = str(NARROWEST)  # tyro never ends in a column or two
    framed = io.StringIO()
    try:
        with redirect_stderr(framed):
            return tyro.cli(options, prog=program, description=description, args=args)
    except SystemExit as end:
        if not end.code:
            raise
        say_error(_unframed(framed.getvalue(), program))
        raise SystemExit(USAGE_ERROR) from None


def _unframed(text: str, program: str) -> str:
    """What a frame of tyro's says: its title, and all above the first rule within it."""
    title, *lines = [
        line.strip(f"{SIDES} ") if set(line) - set(RULES + SIDES + " ") else ""
        for line in text.splitlines()
    ]
    title = title.strip(RULES + " ")
    lines = lines[1:] if lines[:1] == [""] else lines  # a rule below the title, in ASCII
    said = lines[: lines.index("")] if "" in lines else lines
    flags = [line.split()[0] for line in said if line.startswith("--")]
    if title.startswith("Required") and flags:
        return f"{', '.join(flags)} must be given: {program} --help explains."
    return f"{' '.join(said).removesuffix('.')}: {program} --help lists the options."


def _unchecked(cls: type, values: dict[str, Any], missing: Any) -> Any:
    """Defaults: not yet checked against one another, as options may still change them."""
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
