"""The commit of the code that runs; nothing rather than a commit of something else."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

CHANGED = "+changes"
SOURCES = {"embodied_ssl": "embodied_ssl", "embodied_ssl_envs": "envs"}
SOURCES["embodied_ssl_assets"] = "assets"
"""Package as it is imported -> its folder in the source tree."""


def commit() -> str | None:
    """The commit of this very code.

    A checkout gives its HEAD, with ``+changes`` behind it where its code differs from HEAD. A copy
    that pip installed from a checkout gives that checkout's HEAD only where every file is the same
    in both, and one that pip installed from a repository the commit that pip took. None where
    nobody knows, for instance in an environment that lies inside another repository.
    """
    return commit_of(_packages(), _origin())


def commit_of(packages: Mapping[str, Path], origin: Mapping[str, Any]) -> str | None:
    """The commit of packages in these folders.

    Args:
        packages: name -> folder.
        origin: from where pip installed them (``direct_url.json``), empty for what it did not.
    """
    here = packages["embodied_ssl"]
    if _git(here, "ls-files", "--error-unmatch", "commit.py") is not None:
        return _of_checkout(here, packages)
    if told := origin.get("vcs_info", {}).get("commit_id"):
        return str(told)
    url = urlsplit(str(origin.get("url", "")))
    source = Path(unquote(url.path))
    if url.scheme == "file" and source.is_dir() and _same_files(source, packages):
        return _git(source, "rev-parse", "HEAD")
    return None


def installed() -> Distribution | None:
    """The distribution that this code was installed as, if it was."""
    try:
        found = distribution("embodied-ssl")
    except PackageNotFoundError:
        return None
    ours = Path(__file__).resolve()
    copied = Path(str(found.locate_file("embodied_ssl/commit.py"))).resolve() == ours
    linked = urlsplit(json.loads(found.read_text("direct_url.json") or "{}").get("url", "")).path
    return found if copied or (linked and ours.is_relative_to(Path(unquote(linked)))) else None


def _packages() -> dict[str, Path]:
    here = Path(__file__).resolve().parent
    specs = {name: find_spec(name) for name in SOURCES if name != here.name}
    others = {name: Path(spec.origin).resolve().parent for name, spec in specs.items() if spec}
    return {"embodied_ssl": here, **others}


def _origin() -> dict[str, Any]:
    found = installed()
    return json.loads((found and found.read_text("direct_url.json")) or "{}")


def _of_checkout(here: Path, packages: Mapping[str, Path]) -> str | None:
    head, top = _git(here, "rev-parse", "HEAD"), _git(here, "rev-parse", "--show-toplevel")
    if not head or not top:
        return None
    inside = [str(path) for path in packages.values() if path.is_relative_to(Path(top).resolve())]
    changes = _git(here, "status", "--porcelain", "--", *inside)
    return head if changes == "" else head + CHANGED


def _same_files(source: Path, packages: Mapping[str, Path]) -> bool:
    """Whether HEAD of a source tree has the installed files, no other ones, with their contents."""
    listed = _git(source, "ls-tree", "-r", "-z", "HEAD", "--", *SOURCES.values())
    expected: dict[Path, str] = {}
    folders = {folder: packages.get(name) for name, folder in SOURCES.items()}
    for line in filter(None, (listed or "").split("\0")):
        (_, _, digest), path = line.partition("\t")[0].split(), Path(line.partition("\t")[2])
        folder = folders[path.parts[0]]
        if folder is not None:
            expected[folder.joinpath(*path.parts[1:])] = digest
    there = {file for folder in packages.values() for file in folder.rglob("*.py")}
    if not expected or not there <= set(expected) or not all(map(Path.is_file, expected)):
        return False
    names = "".join(f"{file}\n" for file in expected)
    digests = _git(source, "hash-object", "--no-filters", "--stdin-paths", given=names)
    return (digests or "").split() == list(expected.values())


def _git(folder: Path, *args: str, given: str | None = None) -> str | None:
    """What git prints, None where it fails. Variables such as GIT_DIR, which a hook sets, would
    lead it to another repository."""
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *args],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
