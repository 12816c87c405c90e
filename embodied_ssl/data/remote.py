"""Folders at addresses such as ``s3://bucket/folder``, by fsspec: a copy of each is kept here.

Reading an address brings what has changed there into the copy; collecting to one works in the copy
and uploads every file as soon as it is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock

from embodied_ssl.data.caches import COPIES, user_caches
from embodied_ssl.errors import UserError
from embodied_ssl.files import address_of, read_json, write_atomically
from embodied_ssl.notes import note

COPIED = ".copied.json"
"""What each file of the copy was at the address."""


@dataclass(frozen=True)
class Remote:
    """A folder at an address, and its copy on this machine."""

    address: str
    files: Any
    """fsspec's file system."""
    root: str
    """The folder there."""
    copy: Path
    """The folder here."""

    @classmethod
    def of(cls, address: str) -> Remote:
        """The folder at an address, which may not be there yet.

        Raises:
            UserError: for a kind of address that nobody knows, or that needs another package.
        """
        import fsspec

        scheme = address.partition("://")[0]
        try:
            files, root = fsspec.core.url_to_fs(address)
        except ImportError as error:
            extra = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs"}.get(scheme)
            install = f"pip install 'embodied-ssl[{extra}]'" if extra else str(error)
            raise UserError(f"{address} needs a package that is not here: {install}.") from error
        except Exception as error:  # every file system checks its addresses in its own way
            raise UserError(f"{address} is no address: {error}.") from error
        name = PurePosixPath(root).name or scheme
        digest = hashlib.blake2b(address.rstrip("/").encode(), digest_size=8).hexdigest()
        return cls(address, files, root, user_caches() / COPIES / f"{name}-{digest}")

    def pull(self) -> Path:
        """Bring what has changed into the copy, and give it.

        Raises:
            UserError: when nothing is there, or it cannot be read.
        """
        with self._explained("read"):
            there = self._listed()
            if not there:
                raise UserError(f"{self.address} holds nothing.")
            self.copy.mkdir(parents=True, exist_ok=True)
            with FileLock(self.copy / ".lock"):
                self._bring(there)
        return self.copy

    def exists(self) -> bool:
        """Whether something is at the address."""
        with self._explained("read"):
            return bool(self._listed())

    def push(self, path: Path) -> None:
        """Upload a file of the copy; stores of objects show it whole or not at all."""
        target = f"{self.root}/{path.relative_to(self.copy).as_posix()}"
        with self._explained("written"):
            self.files.makedirs(target.rpartition("/")[0], exist_ok=True)
            self.files.put_file(str(path), target)

    def _listed(self) -> dict[str, str]:
        """Every file there by its path below the folder, with what tells its versions apart."""
        try:
            found = self.files.find(self.root, detail=True)
        except FileNotFoundError:
            return {}
        listed = {}
        for name, info in found.items():
            path = PurePosixPath(name.removeprefix(self.root).lstrip("/"))
            if any(part.startswith(".") for part in path.parts):
                continue  # hidden files, and what would lead out of the folder
            listed[str(path)] = hashlib.sha256(repr(sorted(info.items())).encode()).hexdigest()
        return listed

    def _bring(self, there: dict[str, str]) -> None:
        copied = {}
        with contextlib.suppress(UserError):
            copied = read_json(self.copy / COPIED)
        stale = [name for name in there if copied.get(name) != there[name]]
        stale += [n for n in there if n not in stale and not (self.copy / n).is_file()]
        if stale:
            note(f"copying {len(stale)} files of {self.address} to {self.copy}")
        for name in copied.keys() - there.keys():
            (self.copy / name).unlink(missing_ok=True)
        for name in stale:
            target = self.copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name[:40]}.{os.getpid()}.tmp")
            try:
                self.files.get_file(f"{self.root}/{name}", str(draft))
                os.replace(draft, target)
            finally:
                draft.unlink(missing_ok=True)
        write_atomically(self.copy / COPIED, json.dumps(there).encode())

    @contextlib.contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except UserError:
            raise
        except Exception as error:  # every file system has errors of its own
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise UserError(f"{self.address} cannot be {done}: {reason}.") from error


def pulled(spec: str | Path) -> Path | None:
    """The copy of what is at an address, None for what is none."""
    address = address_of(spec)
    return Remote.of(address).pull() if address else None
