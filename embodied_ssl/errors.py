"""What a user can get wrong, said in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

MANY = 20  # names that are listed beside a suggestion


class UserError(Exception):
    """A mistake in the command or its input: the command line prints it and exits with status 2."""


def say_error(message: str) -> None:
    """Print a mistake: one line, whatever names are in it. Of several processes one says it."""
    from embodied_ssl.screen_text import printable

    if os.environ.get("RANK", "0") == "0" and sys.stderr is not None:
        print(f"error: {printable(' '.join(message.split()))}", file=sys.stderr, flush=True)


def did_you_mean(what: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a name that is not known, suggesting the nearest one that is.

    Args:
        what: the sort of thing that was named, such as ``env``.
        name: what the user wrote.
        known: every name that would have been right.
    """
    known = list(known)
    near = nearest(name, known)
    if near is None:
        return UserError(f"unknown {what} {name!r}. Known: {', '.join(known)}.")
    listed = f" Known: {', '.join(known)}." if len(known) <= MANY else ""
    return UserError(f"unknown {what} {name!r}: did you mean {near!r}?{listed}")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name of which another is a slip or the only beginning; None if there is none."""
    import difflib

    by_plain = {_plain(each): each for each in known}
    plain = _plain(name)
    if len(plain) > 1 and len(begun := [k for k in by_plain if k.startswith(plain)]) == 1:
        return by_plain[begun[0]]
    close = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.6)
    return by_plain[close[0]] if close else None


def _plain(name: str) -> str:
    return name.lstrip("-").lower().replace("_", "-")
