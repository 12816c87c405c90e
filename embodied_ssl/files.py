"""Files that appear whole or not at all, and files that are read with doubt."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError

MOST_JSON = 256 * 2**20  # bytes: a manifest of a million shards has less than half of that


def write_atomically(path: Path, data: bytes | memoryview) -> None:
    """Write a file, or replace a plain one: whole or not at all.

    This is how every command writes every file. The data are written beside it, flushed and
    renamed, so a crash, a full disk or a killed process leaves what was there before. Folders above
    it are made.

    Raises:
        UserError: where the name belongs to a folder, a link, a device or a pipe, which stays.
        OSError: when the disk refuses; the draft is gone, what was there before stays.
    """
    refuse_special(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own for every process and thread, and short where the file's is long.
    draft = path.with_name(f".{path.name[:40]}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _flush_folder(path.parent)


def refuse_special(path: Path) -> None:
    """UserError where a name belongs to something that is no plain file, or is an address; free
    names are right."""
    if address_of(path):
        raise UserError(f"{address_of(path)} is an address: write to this machine and copy it.")
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise UserError(f"{path} is {kind_of(mode)}, not a plain file: choose another name.")


def address_of(spec: str | Path) -> str | None:
    """The address such as ``s3://bucket/name`` that a text is, None for a path.

    A ``Path`` of it has lost one of its slashes, and gets it back.
    """
    found = re.fullmatch(r"([A-Za-z][A-Za-z0-9+.-]+):/(/?)(.*)", str(spec), re.DOTALL)
    if not found:
        return None
    root = "/" if found[1] == "file" and not found[2] else ""  # file:///a has three
    return f"{found[1].lower()}://{root}{found[3]}"


def kind_of(mode: int) -> str:
    """What a mode of ``os.stat`` belongs to, in words."""
    kinds = {
        stat.S_ISDIR: "a folder",
        stat.S_ISLNK: "a link",
        stat.S_ISFIFO: "a named pipe",
        stat.S_ISCHR: "a device",
        stat.S_ISBLK: "a device",
        stat.S_ISSOCK: "a socket",
    }
    return next((words for test, words in kinds.items() if test(mode)), "a plain file")


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file that anyone may have edited.

    Raises:
        UserError: for what is not there, no plain file, too large, no UTF-8, no JSON (``NaN`` and
            numbers beyond all bounds are none), nested too deeply, or has a key twice.
    """
    try:
        state = os.stat(path)  # opening a named pipe would wait for ever
        if not stat.S_ISREG(state.st_mode):
            raise UserError(f"{path} is {kind_of(state.st_mode)}, not a plain file.")
        if state.st_size > MOST_JSON:
            raise UserError(f"{path} is damaged: it has {state.st_size:,} bytes.")
        text = path.read_bytes().decode()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is damaged: it is no UTF-8 text.") from error
    try:
        content = json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_refuse, parse_float=_finite
        )
    except RecursionError as error:
        raise UserError(f"{path} is damaged: it is nested too deeply.") from error
    except ValueError as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} is damaged: it holds no object.")
    return content


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text:.20} is too large a number")
    return number


def _flush_folder(folder: Path) -> None:
    """The rename itself reaches the disk, where the file system offers that."""
    with contextlib.suppress(OSError):
        sync(folder)


def sync_folder(folder: Path) -> None:
    """Have every file of a folder, and the names of all of them, on the disk itself."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def sync(path: Path) -> None:
    """Have the bytes of a file, or the names in a folder, on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
