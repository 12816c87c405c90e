"""URDF files that were checked once, and what was found, remembered by their contents."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_ssl_envs.cache import cache_folder
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.references import digest, is_file
from embodied_ssl_envs.urdf.sandbox import Sandbox
from embodied_ssl_envs.urdf.verdicts import remembered

EVERY = 5.0  # seconds between two lines of how far it is
log = logging.getLogger(__name__)
VERSION = 2  # of what is prepared: another one is prepared anew
OBJECT = "embodied_ssl_envs.urdf.trial:prepare_object"
FIXTURE = "embodied_ssl_envs.urdf.trial:prepare_fixture"


@dataclass(frozen=True)
class CheckedUrdf:
    """What is known of a URDF file."""

    source: str
    """Path of the user's file."""
    digest: str
    """Of its contents and of those of the files that it needs."""
    path: str = ""
    """Of the same body prepared for Bullet."""
    facts: dict[str, Any] | None = None
    """What the trial measured."""
    fault: str = ""
    """What is wrong with it; nothing if empty."""

    def require(self) -> CheckedUrdf:
        """Itself.

        Raises:
            WorldError: naming the file, if something is wrong with it.
        """
        if self.fault:
            raise WorldError(f"{self.source} {self.fault}")
        return self


def check_urdfs(
    paths: Sequence[str], movable: bool, sandbox: Sandbox | None = None
) -> Generator[CheckedUrdf]:
    """What is known of each URDF file; those not yet known are tried in a sandbox.

    How far it is is logged now and then: the first look at an object takes about a second.

    Args:
        paths: of the files.
        movable: whether physics moves them.
        sandbox: to use; one of its own if None.

    Raises:
        WorldError: when files cannot be checked at all, whatever is in them.
    """
    task, role = (OBJECT, "object") if movable else (FIXTURE, "fixture")
    said = time.monotonic()
    with nullcontext(sandbox) if sandbox else Sandbox() as ours:
        for number, path in enumerate(paths):
            if time.monotonic() - said > EVERY:
                log.info("looked at %d of %d URDF files", number, len(paths))
                said = time.monotonic()
            source = Path(path)
            if not _readable(source):
                yield CheckedUrdf(path, "", fault="cannot be read")
                continue
            key = digest(source)
            place = (
                cache_folder() / f"urdf-{VERSION}" / f"{key}-{'object' if movable else 'fixture'}"
            )
            known = remembered(ours, task, source, place, "body.urdf")
            yield CheckedUrdf(path, key, str(place / "body.urdf"), **known)


def _readable(path: Path) -> bool:
    return is_file(path) and os.access(path, os.R_OK)
