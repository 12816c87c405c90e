"""Texts of users on the terminal: names of files, labels, values of settings.

They may hold anything. ``visible`` makes what would move the cursor or colour the screen visible;
``console`` prints brackets as brackets, because rich reads ``[/b]`` as markup otherwise.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Control characters, halves of characters (a file name that is no UTF-8), and format characters,
# among them those that turn the direction of writing; line and paragraph separators.
UNSEEN = ("Cc", "Cs", "Cf", "Zl", "Zp")


def visible(text: object) -> str:
    """A text on one line: characters that cannot be seen as escapes such as ``\\x1b``."""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in UNSEEN
        else character
        for character in str(text)
    )


def literal(text: object) -> str:
    """A text within rich's markup: visible, with its brackets as brackets."""
    from rich.markup import escape

    return escape(visible(text))


def console(stderr: bool = False) -> Console:
    """A console that prints what it is given: no markup, no emoji, no colours by guessing."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False, stderr=stderr)


def note(text: object) -> None:
    """Say one line on the standard error; of several processes the first says it."""
    if os.environ.get("RANK", "0") == "0":
        print(visible(" ".join(str(text).split())), file=sys.stderr, flush=True)
