"""Where data are on this machine: paths as users write them."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.errors import UserError


def place(spec: str | Path) -> Path:
    """The path that a text names; ``~`` is the home of the user.

    Raises:
        UserError: for a text that can be no path, and for the home of an unknown user.
    """
    text = str(spec)
    if not text or "\0" in text:
        raise UserError(f"{text!r} is no path.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UserError(f"{text}: there is no such home folder.") from error
