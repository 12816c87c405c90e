"""What a dataset's bytes depend on besides its settings; ``dataset.json`` names it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from embodied_ssl.commit import commit
from embodied_ssl.provenance import version_of

RECORDED = ("embodied-ssl", "pybullet", "numpy", "opencv-python-headless", "pillow", "pyarrow")
COMMIT = "commit"


def versions_now(more: tuple[str, ...] = ()) -> dict[str, str]:
    """The versions of the libraries that collect, ``more`` among them, and the commit of this code
    where it is known."""
    names = (*RECORDED, *more)
    versions = {name: version_of(name) or "unknown" for name in names}  # a folder of sources
    found = _commit()
    return versions | ({COMMIT: found} if found else {})


def versions_of_both(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What a dataset says that was begun with some versions and goes on with others: both. One that
    says none goes on saying none."""
    if not then:
        return {}
    both = dict(then)
    for name in then.keys() | now.keys():
        before, after = (versions.get(name, "unknown") for versions in (then, now))
        if after not in before.split(", "):
            both[name] = f"{before}, {after}"
    return both


def shortened(version: str) -> str:
    """A version; a commit by its beginning."""
    return re.sub(r"(?<![0-9a-f])([0-9a-f]{10})[0-9a-f]{30}", r"\1", version)


@cache
def _commit() -> str | None:
    return commit()
