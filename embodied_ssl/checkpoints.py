"""Checkpoints on disk: which of a run's is the newest one that is whole.

``checkpoints/step-N`` appears by a rename once all of it is on the disk. ``state.json`` in it holds
how far the training was, the SHA-256 of every file that is read again, and one of itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.notes import note

RUN, METRICS, EMBEDDING = "run.json", "metrics.jsonl", "embedding.safetensors"
"""In a run's folder: its settings, its curves, and the embedding that an evaluation chose."""
STATE, CARD = "state.json", "README.md"
TRUNK, METHOD, OPTIMIZER = "trunk/model.safetensors", "method.safetensors", "optimizer.safetensors"
NAME = re.compile(r"step-(\d{8,})")
FILES, SHA = "files", "sha256"


def newest(run: str | Path) -> Path | None:
    """The newest whole checkpoint of a run, None when there is none."""
    return next((each for each in candidates(run) if damage(each) is None), None)


def checkpoint_of(run: str | Path) -> Path:
    """The newest whole checkpoint of a run, saying on standard error which newer ones are not.

    Raises:
        UserError: when there is none, naming what is wrong with the newest.
    """
    passed: list[str] = []
    for checkpoint in candidates(run):
        reason = damage(checkpoint)
        if reason is None:
            for line in passed:
                _say(f"warning: {line}, taking {checkpoint.name}.")
            return checkpoint
        passed.append(f"{checkpoint} is no whole checkpoint ({reason})")
    if passed:
        raise UserError(f"{passed[0]}, and there is none before it.")
    raise UserError(f"{run} has no checkpoint yet: run its train command again.")


def has_checkpoint(run: str | Path) -> bool:
    """Whether a run has anything to go on from; folders without weights, such as an empty one,
    are named on standard error and do not count.
    """
    if with_weights(run):
        return True
    for each in candidates(run):
        _say(f"warning: {each} is no checkpoint ({damage(each)}): beginning anew.")
    return False


def with_weights(run: str | Path) -> list[Path]:
    """Those of ``candidates`` that hold any weights, whole or not."""
    files = (TRUNK, METHOD, OPTIMIZER)
    return [each for each in candidates(run) if any((each / file).exists() for file in files)]


def candidates(run: str | Path) -> list[Path]:
    """All that calls itself a checkpoint, the latest step first; what has no number before all."""

    def place(path: Path) -> tuple[int, int, str]:
        number = NAME.fullmatch(path.name)
        return (0, int(number[1]), path.name) if number else (1, 0, path.name)

    return sorted(Path(run).glob("checkpoints/step-*"), key=place, reverse=True)


def damage(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint, None when it is whole.

    One without ``state.json`` or without checksums was left by an older version: it counts as
    whole when its files are there.
    """
    if not NAME.fullmatch(checkpoint.name):
        return "its name has no number"
    if not checkpoint.is_dir():
        return "it is no folder"
    for file in (TRUNK, METHOD, OPTIMIZER):
        if not (checkpoint / file).is_file():
            return f"{file} is missing"
    if not (checkpoint / STATE).exists():
        return None
    try:
        state = read_state(checkpoint)
        for file, digest in state.get(FILES, {}).items():
            if not (checkpoint / file).is_file():
                return f"{file} is missing"
            if checksum(checkpoint / file) != digest:
                return f"{file} is damaged"
    except OSError as error:
        return f"{error.filename} cannot be read: {error.strerror}"
    except ValueError as error:
        return f"{STATE} is damaged: {error}"
    return None


def read_state(checkpoint: Path) -> dict[str, Any]:
    """The contents of a ``state.json``.

    Raises:
        ValueError: when they are not as they were written, or not of this checkpoint.
        OSError: when they cannot be read.
    """
    try:
        state = json.loads((checkpoint / STATE).read_text())
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(state, dict):
        raise ValueError("it is no mapping")
    if SHA in state or FILES in state:
        told = state.pop(SHA, None)
        if told != _digest(state):
            raise ValueError("its bytes are not those written")
    if state.get("step") != int(NAME.fullmatch(checkpoint.name)[1]):
        raise ValueError(f"it is of step {str(state.get('step'))[:20]}")
    return state


def write_state(folder: Path, progress: dict[str, Any]) -> None:
    """Write the ``state.json`` of a checkpoint whose other files are all there.

    The card is prose that its owner may change: it has no checksum.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != CARD)
    digests = {file.relative_to(folder).as_posix(): checksum(file) for file in files}
    state = progress | {FILES: digests}
    (folder / STATE).write_text(json.dumps(state | {SHA: _digest(state)}, indent=1))


def _digest(state: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


@cache  # a checkpoint is looked up several times by one command
def _say(line: str) -> None:
    note(line)
