"""Bounds of settings, said where a setting is declared and checked in one place.

A field says ``Annotated[float, Within(0, 1)]``; a dataclass that inherits from ``Bounded`` then
refuses any other number, nan and infinity among them, when an object of it is made.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from embodied_ssl.errors import UserError


@dataclass(frozen=True)
class Within:
    """The numbers from ``low`` to ``high``, both included; of a tuple each of its numbers."""

    low: float
    high: float

    def __contains__(self, value: Any) -> bool:
        return self.low <= value <= self.high


class Bounded:
    """A dataclass that checks its numbers when it is made; a ``__post_init__`` of its own calls
    this one."""

    option: ClassVar[str] = "--"
    """How the options of its fields begin, for the message."""

    def __post_init__(self) -> None:
        check_bounds(self, self.option)


def check_bounds(settings: Any, option: str = "--") -> None:
    """UserError for the first number of a dataclass that is out of the bounds of its field."""
    for name, bounds, whole in bounds_of(type(settings)):
        value = getattr(settings, name)
        for number in value if isinstance(value, list | tuple) else (value,):
            if number is not None and not _allowed(number, bounds, whole):
                what = "a whole number" if whole else "a number"
                raise UserError(
                    f"{option}{name.replace('_', '-')} must be {what} from {_short(bounds.low)} "
                    f"to {_short(bounds.high)}, not {_short(number)}."
                )


@cache
def bounds_of(cls: type) -> tuple[tuple[str, Within, bool], ...]:
    """Of each bounded field its name, its bounds and whether it holds whole numbers."""
    return tuple(_bounds_of(cls))


def _bounds_of(cls: type) -> Iterator[tuple[str, Within, bool]]:
    hints = typing.get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        for bounds in getattr(hint, "__metadata__", ()):
            if isinstance(bounds, Within):
                yield field.name, bounds, scalar_of(hint) is int


def scalar_of(hint: Any) -> type | None:
    """``int`` or ``float`` for the type of a number, of an optional one or of a tuple of such."""
    if typing.get_origin(hint) is typing.Annotated:
        return scalar_of(hint.__origin__)
    if typing.get_origin(hint) in (tuple, typing.Union, types.UnionType):
        parts = typing.get_args(hint)
        return next((kind for part in parts if (kind := scalar_of(part))), None)
    return hint if hint in (int, float) else None


def _allowed(number: Any, bounds: Within, whole: bool) -> bool:
    kinds = int if whole else (int, float)
    return isinstance(number, kinds) and not isinstance(number, bool) and number in bounds


def _short(number: Any) -> str:
    """A number as people write it; not its thousand digits."""
    if isinstance(number, int) and not isinstance(number, bool):
        digits = number.bit_length() * math.log10(2)
        return str(number) if digits < 16 else f"{'-' * (number < 0)}1e{digits:.0f} or so"
    return f"{number:g}" if isinstance(number, float) else repr(number)[:40]
