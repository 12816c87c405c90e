"""Bullet, imported without the banner that it prints. Other modules import it from here."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import cv2
import numpy as np


@contextmanager
def silence() -> Iterator[None]:
    """Discard what Bullet's C code prints to stdout and stderr."""
    saved = {}
    for number in (1, 2):
        with suppress(OSError):  # one that is closed has nothing to say
            saved[number] = os.dup(number)
    with open(os.devnull, "w") as nowhere:
        _flush()
        for number in saved:
            os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            _flush()
            for number, original in saved.items():
                os.dup2(original, number)
                os.close(original)


def _flush() -> None:
    """Empty the buffers of Python and of C, which keeps what is printed to a pipe until later."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    ctypes.CDLL(None).fflush(None)


with silence():
    import pybullet
    import pybullet_data
    from pybullet_utils.bullet_client import BulletClient

__all__ = ["BulletClient", "Client", "data_path", "load_texture", "pybullet", "silence"]


class Client(BulletClient):
    """A client that is closed once and without a word, also while the interpreter ends."""

    def close(self) -> None:
        """Disconnect; safe to call twice."""
        client, self._client = self._client, -1
        if client >= 0 and self._pid == os.getpid():
            with suppress(pybullet.error):
                pybullet.disconnect(physicsClientId=client)

    def __del__(self) -> None:
        with suppress(Exception):  # the modules that this needs may be gone
            self.close()


def data_path(*parts: str) -> Path:
    """The path of a file of pybullet_data."""
    return Path(pybullet_data.getDataPath(), *parts)


def load_texture(client: BulletClient, image: np.ndarray) -> int:
    """Bullet's id of the texture of a (H, W, 3) uint8 RGB image.

    Bullet loads textures from files only and reads them at once, so the temporary file is deleted
    when this returns.
    """
    _, encoded = cv2.imencode(".bmp", image[..., ::-1])
    handle, path = tempfile.mkstemp(suffix=".bmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encoded.tobytes())
        return client.loadTexture(path)
    finally:
        os.unlink(path)
