"""URDF files that were checked once, and what was found, remembered by their contents."""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_ssl_envs.cache import cache_folder
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.references import digest, is_file
from embodied_ssl_envs.urdf.sandbox import Killed, Sandbox, Unsure

EVERY = 5.0  # seconds between two lines of how far it is
log = logging.getLogger(__name__)
VERSION = 2  # of what is prepared: another one is prepared anew
VERDICT = "verdict.json"
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
            known = _recall(place) or _try(ours, task, source, place)
            yield CheckedUrdf(path, key, str(place / "body.urdf"), **known)


def _readable(path: Path) -> bool:
    return is_file(path) and os.access(path, os.R_OK)


def _recall(place: Path) -> dict[str, Any] | None:
    try:
        known = json.loads((place / VERDICT).read_text())
    except (OSError, ValueError):
        return None
    return known if known.get("fault") or is_file(place / "body.urdf") else None


def _try(sandbox: Sandbox, task: str, source: Path, place: Path) -> dict[str, Any]:
    """Check a file and remember the verdict, good or bad, unless chance had a part in it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        known: dict[str, Any] = {"facts": sandbox.call(task, str(source.absolute()), str(draft))}
    except Killed as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise WorldError(f"{source}: {error}") from error
    except Unsure as error:
        shutil.rmtree(draft, ignore_errors=True)
        return {"fault": str(error)}
    except WorldError as error:
        for file in draft.iterdir():
            file.unlink()
        known = {"fault": str(error)}
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    (draft / VERDICT).write_text(json.dumps(known))
    try:
        os.rename(draft, place)  # atomic: another process may check it at the same time
    except OSError:
        if _recall(place) is None:  # what is there is not whole
            shutil.rmtree(place, ignore_errors=True)
            os.rename(draft, place)
        shutil.rmtree(draft, ignore_errors=True)
    return known
