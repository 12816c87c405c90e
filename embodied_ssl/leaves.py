"""The options of dataclasses, those of a dataclass within one too, as one flat list."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

GROUPS = {"config": "data", "data": "data", "out": "data", "env": "data", "trunk": "trunk"}
GROUPS |= {"runs": "data", "evaluations": "data", "root": "data", "protocol": "protocol"}
"""Field -> the heading of the help under which it stands, whatever its dataclass."""


@dataclass(frozen=True)
class Leaf:
    """One option."""

    path: tuple[str, ...]
    """Of the field: of the dataclass and of those within it."""
    name: str
    """As on the command line, without dashes in front."""
    hint: Any
    """Its type, with what says how it is parsed."""
    default: Any
    owner: type
    """The dataclass that has the field."""
    group: str
    """Heading under which it stands."""

    @property
    def flags(self) -> tuple[str, ...]:
        """How it is given: ``--name``, and ``--no-name`` if it may be true or false."""
        before, _, last = self.name.rpartition(".")
        dotted = f"{before}." if before else ""
        boolean = self.hint is bool
        return (f"--{self.name}", *([f"--{dotted}no-{last}"] if boolean else []))

    @property
    def numbers(self) -> bool:
        """Whether it takes several numbers."""
        hint = self.hint
        while typing.get_origin(hint) is Annotated:
            hint = typing.get_args(hint)[0]
        return typing.get_origin(hint) is tuple and set(typing.get_args(hint)) <= {int, float, ...}

    @property
    def help(self) -> str:
        """The explanation of the field in its dataclass, on one line."""
        from docstring_parser import parse_from_object

        for cls in self.owner.__mro__[:-1]:
            try:
                explained = parse_from_object(cls).params
            except Exception:  # a docstring of another style explains nothing
                continue
            for field in explained:
                if field.arg_name == self.path[-1] and field.description:
                    return " ".join(field.description.split())
        return ""


def leaves(
    cls: type, instance: Any, group: str, path: tuple[str, ...] = (), prefix: str = ""
) -> Iterator[Leaf]:
    """The options of a dataclass.

    Args:
        cls: the dataclass.
        instance: of it, with the defaults.
        group: heading under which they stand, unless ``GROUPS`` says otherwise.
        path: to it from the dataclass that it lies within.
        prefix: of their names.
    """
    plain = typing.get_type_hints(cls)
    annotated = typing.get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        extras = getattr(annotated[field.name], "__metadata__", ())
        told = next((extra.name for extra in extras if getattr(extra, "name", None)), None)
        name = prefix + (told or field.name.replace("_", "-"))
        value, where = getattr(instance, field.name), (*path, field.name)
        if dataclasses.is_dataclass(plain[field.name]):
            yield from leaves(plain[field.name], value, name, where, f"{name}.")
        else:
            heading = GROUPS.get(field.name, group) if not path else group
            yield Leaf(where, name, annotated[field.name], value, cls, heading)


def built(cls: type, values: Mapping[tuple[str, ...], Any], path: tuple[str, ...] = ()) -> Any:
    """The dataclass, and those within it, from the values of its leaves by their paths.

    Raises:
        UserError: for values that the dataclass refuses.
    """
    hints = typing.get_type_hints(cls)
    fields = {}
    for field in dataclasses.fields(cls):
        where = (*path, field.name)
        nested = dataclasses.is_dataclass(hints[field.name])
        fields[field.name] = built(hints[field.name], values, where) if nested else values[where]
    return cls(**fields)


def as_tyro(leaf: Leaf, explained: bool) -> Any:
    """The option's type as tyro takes it."""
    from tyro.conf import OmitArgPrefixes, arg

    told = arg(name=leaf.name, help=leaf.help if explained else "")
    return OmitArgPrefixes[Annotated[leaf.hint, told]]
