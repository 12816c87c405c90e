"""A repository of the hub, and what its library says of mistakes in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embodied_ssl.errors import UserError
from embodied_ssl.exporting import DATASET, RUN

TYPES = {DATASET: "dataset", RUN: "model"}
"""What is kept there -> the hub's type of the repository."""
SUMS = "SHA256SUMS"
"""The file with the checksum of every other one, as ``sha256sum --check`` reads it."""


@dataclass(frozen=True)
class Repo:
    """A repository."""

    id: str
    """``user/name``."""
    type: str
    """Of the hub: dataset or model."""

    @property
    def address(self) -> str:
        """Its page."""
        from huggingface_hub import constants

        return f"{constants.ENDPOINT}/{'datasets/' if self.type == 'dataset' else ''}{self.id}"


def checked_id(text: str) -> str:
    """An id ``user/name``; UserError for what is none."""
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]{0,95}", text, re.ASCII) or ".." in text:
        raise UserError(f"{text!r} is no id of the hub: it is like user/name.")
    return text


@contextmanager
def explained(what: str) -> Iterator[None]:
    """UserError for what the hub refuses, and where it cannot be reached.

    Args:
        what: is done, such as "pull user/name".
    """
    from huggingface_hub import errors, utils

    if not utils.are_progress_bars_disabled() and not _shown():
        utils.disable_progress_bars()
    try:
        yield
    except UserError:
        raise
    except errors.RepositoryNotFoundError as error:
        raise UserError(
            f"cannot {what}: the hub has no such repository, or not for this token (hf auth login)."
        ) from error
    except Exception as error:  # of its HTTP library, of the disk, and its own
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UserError(f"cannot {what}: {reason}.") from error


def _shown() -> bool:
    """Whether bars that move are seen."""
    import sys

    return sys.stderr is not None and sys.stderr.isatty()


def written_sums(digests: dict[str, str]) -> str:
    """The text of ``SUMS``, by the names of files."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def read_sums(text: str) -> dict[str, str]:
    """What ``SUMS`` says; UserError for what is none, and for a name that leads elsewhere."""
    found = {}
    for line in text.splitlines():
        parts = re.fullmatch(r"([0-9a-f]{64})  ([^/\\\0][^\\\0]*)", line)
        if not parts or ".." in parts[2].split("/"):
            raise UserError(f"the repository's {SUMS} is damaged: {line[:80]!r}.")
        found[parts[2]] = parts[1]
    return found
