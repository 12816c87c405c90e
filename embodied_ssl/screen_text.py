"""Names of files, runs and objects as text that shows and does nothing else.

A name may hold whatever a file system allows: escape sequences that colour or clear a terminal,
line ends that fake a second message, marks that turn the direction of writing, bytes that are no
text. All of it is shown as an escape such as ``\\x1b``.
"""

from __future__ import annotations

import unicodedata

HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Categories of characters that are not seen: control, format, surrogate, unassigned, line ends."""
JOINERS = frozenset("\u200c\u200d")
"""Without these some scripts and emoji fall apart; they move nothing."""


def printable(text: object) -> str:
    """A text of one line in which every character is seen."""
    return "".join(map(_shown, str(text)))


def _shown(character: str) -> str:
    if unicodedata.category(character) not in HIDDEN or character in JOINERS:
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
