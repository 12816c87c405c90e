"""What is fuzzed: a sample, the files of it that are mutated, and the reader they are given to.

Another target is one more class with the decorator ``@target`` in a module ``*_targets.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

TARGETS: dict[str, type[Target]] = {}


class Target(ABC):
    """A reader and a sample of what it reads."""

    covered: ClassVar[bool] = False
    """Whether a checksum covers the mutated files: reading must then fail, or give what the sample
    gives."""

    @abstractmethod
    def make(self, folder: Path) -> None:
        """Write the sample into an empty folder."""

    @abstractmethod
    def files(self, folder: Path) -> list[Path]:
        """The files of the sample that are mutated, one at a time."""

    @abstractmethod
    def read(self, folder: Path) -> Any:
        """Read it as a command would: something that can be compared, or UserError."""

    def memory(self) -> int:
        """Bytes that a process of its own has taken at most."""
        return 0

    def close(self) -> None:
        """End what it has started."""
        return None


def target(cls: type[Target]) -> type[Target]:
    """Enter a target under the name of its class in small letters."""
    TARGETS[cls.__name__.lower()] = cls
    return cls
