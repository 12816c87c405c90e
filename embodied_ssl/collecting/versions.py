"""What a dataset's bytes depend on besides its settings; ``dataset.json`` names it."""

from __future__ import annotations

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


@cache
def _commit() -> str | None:
    return commit()
