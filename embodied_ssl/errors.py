"""What a user can get wrong, said in one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in the command or its input: the command line prints it and exits with status 2."""


def did_you_mean(what: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a name that is not known, suggesting the nearest one that is.

    Args:
        what: the sort of thing that was named, such as ``env``.
        name: what the user wrote.
        known: every name that would have been right.
    """
    known = list(known)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    suggestion = f": did you mean {nearest[0]!r}?" if nearest else "."
    return UserError(f"unknown {what} {name!r}{suggestion} Known: {', '.join(known)}.")


def within(option: str, value: float, low: float, high: float) -> None:
    """UserError for an option that is not between two bounds, or is not a number."""
    if not low <= value <= high:
        raise UserError(f"{option} must be from {low:g} to {high:g}, not {value:g}.")
