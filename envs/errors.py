"""Errors in the input of a world."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WorldError(ValueError):
    """Objects or settings from which no world can be built; the message is one line."""


def did_you_mean(what: str, name: object, known: Iterable[str]) -> WorldError:
    """The error for a name that is not known, suggesting the nearest one that is.

    Args:
        what: the sort of thing that was named, such as ``objects``.
        name: what the user wrote.
        known: every name that would have been right.
    """
    known = list(known)
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return WorldError(f"unknown {what} {name!r}; {hint}")
