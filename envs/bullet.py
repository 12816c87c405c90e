"""Bullet, imported without the banner that it prints. Other modules import it from here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def silence() -> Iterator[None]:
    """Discard what Bullet's C code prints to stdout and stderr."""
    streams = (sys.stdout, sys.stderr)
    saved = [os.dup(number) for number in (1, 2)]
    with open(os.devnull, "w") as nowhere:
        for stream, number in zip(streams, (1, 2), strict=True):
            stream.flush()
            os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            for stream, number, original in zip(streams, (1, 2), saved, strict=True):
                stream.flush()
                os.dup2(original, number)
                os.close(original)


with silence():
    import pybullet
    import pybullet_data
    from pybullet_utils.bullet_client import BulletClient

__all__ = ["BulletClient", "data_path", "pybullet", "silence"]


def data_path(*parts: str) -> Path:
    """The path of a file of pybullet_data."""
    return Path(pybullet_data.getDataPath(), *parts)
