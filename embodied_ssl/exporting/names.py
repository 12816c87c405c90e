"""Names of files from texts of a dataset, which may be any text."""

from __future__ import annotations

import re

LONGEST = 100


class FileNames:
    """A name of one file or folder for each text: no two are the same, and none leads elsewhere.

    ``household/mug/00017`` becomes ``household-mug-00017``.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def __call__(self, text: str) -> str:
        if text not in self._names:
            plain = re.sub(r"[^\w .,()+-]", "-", text.strip())[:LONGEST].strip(" .") or "-"
            number = len(self._names)
            # Some file systems do not tell capitals from small letters.
            name = plain if plain.lower() not in self._taken else f"{plain}-{number}"
            self._names[text] = name
            self._taken.add(name.lower())
        return self._names[text]
