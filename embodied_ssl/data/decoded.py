"""Images decoded once into a memory-mapped array, in a folder that is whole or not there at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from embodied_ssl.errors import UserError
from embodied_ssl.progress import progress_bar

VERSION = 1
AT_ONCE = 64  # images in memory

ListImages = Callable[[], tuple[Sequence[Any], dict[str, np.ndarray]]]
"""Gives what every image is decoded from, and arrays to keep beside the images."""
Decode = Callable[[Any, int], np.ndarray]
"""One of these and S -> the image (S, S, 3) uint8 RGB."""


def open_decoded(
    source: Path, fingerprint: str, size: int, list_images: ListImages, decode: Decode
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The images of a folder, decoded now if they were not yet, or have changed since.

    Args:
        source: folder that the images belong to; they are kept in it, or among the user's caches
            if it cannot be written.
        fingerprint: of its contents.
        size: S, pixels along each side.
        list_images: asked only if there is something to decode.
        decode: gives an image, called by many threads.

    Returns:
        images (N, S, S, 3) uint8, memory-mapped, and the arrays beside them.

    Raises:
        UserError: when the images cannot be written.
    """
    folder = _home(source) / f"frames-{VERSION}-{size}-{fingerprint}"
    if not folder.is_dir():
        try:
            _build(folder, size, list_images, decode)
        except OSError as error:
            raise UserError(f"cannot write the frame cache {folder}: {error.strerror}.") from error
    frames = np.load(folder / "frames.npy", mmap_mode="r")
    with np.load(folder / "index.npz") as stored:
        return frames, {name: stored[name] for name in stored.files}


def _home(source: Path) -> Path:
    if os.access(source, os.W_OK):
        return source / ".cache"
    caches = Path(os.environ.get("EMBODIED_SSL_CACHE") or Path.home() / ".cache" / "embodied-ssl")
    where = str(source.resolve())
    return caches / f"{source.name}-{hashlib.blake2b(where.encode(), digest_size=4).hexdigest()}"


def _build(folder: Path, size: int, list_images: ListImages, decode: Decode) -> None:
    home = folder.parent
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        if folder.is_dir():  # another process was faster
            return
        for left in home.glob(".frames-*"):  # by a process that was killed
            shutil.rmtree(left)
        images, beside = list_images()
        draft = home / f".{folder.name}"
        draft.mkdir()
        try:
            _write(draft / "frames.npy", images, size, decode)
            np.savez(draft / "index.npz", **beside)
            for old in home.glob(f"frames-*-{size}-*"):
                shutil.rmtree(old, ignore_errors=True)
            os.replace(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, images: Sequence[Any], size: int, decode: Decode) -> None:
    """The images as one ``.npy`` file, never more than a few of them in memory."""
    header = {"descr": "|u1", "fortran_order": False, "shape": (len(images), size, size, 3)}
    with (
        path.open("wb") as file,
        ThreadPoolExecutor() as pool,
        progress_bar("decode", len(images), "images") as advance,
    ):
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, len(images), AT_ONCE):
            some = images[start : start + AT_ONCE]
            for image in pool.map(decode, some, [size] * len(some)):
                file.write(np.ascontiguousarray(image, np.uint8).data)
            advance(len(some))
        file.flush()
        os.fsync(file.fileno())
