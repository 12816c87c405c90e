"""Where data are on this machine: paths as users write them."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.data.remote import pulled
from embodied_ssl.errors import UserError


def place(spec: str | Path) -> Path:
    """The path that a text names; ``~`` is the home of the user, an address is copied first.

    Raises:
        UserError: for a text that can be no path, for the home of an unknown user, and for an
            address that cannot be read.
    """
    text = str(spec)
    if copy := pulled(text):
        return copy
    if not text or "\0" in text:
        raise UserError(f"{text!r} is no path.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UserError(f"{text}: there is no such home folder.") from error
