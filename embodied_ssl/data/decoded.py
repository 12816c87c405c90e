"""Images decoded once into a memory-mapped array, in a folder that is whole or not there at all.

A folder is believed only if it says of itself what its source says: the fingerprint of the source,
the header and the size of the array, the time of its last change, and the checksum of the index.
Any other is made again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from embodied_ssl.data.caches import homes
from embodied_ssl.data.photos import quiet_pillow
from embodied_ssl.errors import UserError
from embodied_ssl.files import read_json
from embodied_ssl.progress import progress_bar

VERSION = 2
AT_ONCE = 64  # images in memory
FRAMES, INDEX, ABOUT = "frames.npy", "index.npz", "about.json"

ListImages = Callable[[], tuple[Sequence[Any], dict[str, np.ndarray]]]
"""Gives what every image is decoded from, and arrays to keep beside the images."""
Decode = Callable[[Any, int], np.ndarray]
"""One of these and S -> the image (S, S, 3) uint8 RGB."""
Decoded = tuple[np.ndarray, dict[str, np.ndarray]]
"""Images (N, S, S, 3) uint8, memory-mapped, and the arrays beside them."""


def open_decoded(
    source: Path,
    fingerprint: str,
    size: int,
    list_images: ListImages,
    decode: Decode,
    lenient: bool = False,
) -> Decoded:
    """The images of a folder, decoded now if they were not yet, or have changed since.

    Args:
        source: folder that the images belong to; they are kept in it, or among the user's caches
            if it cannot be written.
        fingerprint: of its contents.
        size: S, pixels along each side.
        list_images: asked only if there is something to decode.
        decode: gives an image, called by many threads.
        lenient: an image that cannot be decoded becomes a black one, whose place is among the
            ``unreadable`` ones beside the images, rather than an error.

    Raises:
        UserError: when the images cannot be written.
    """
    folders = [home / f"frames-{VERSION}-{size}-{fingerprint}" for home in homes(source)]
    for folder in folders:
        if found := _believed(folder, fingerprint, size):
            return found
    refused: OSError | None = None
    for folder in folders:
        try:
            return _made(folder, fingerprint, size, list_images, decode, lenient)
        except OSError as error:
            refused = error
    reason = f"{refused.strerror}: EMBODIED_SSL_CACHE names another folder"
    raise UserError(f"cannot write the frame cache {folders[-1]}: {reason}.") from refused


def _believed(folder: Path, fingerprint: str, size: int) -> Decoded | None:
    """What a folder holds, None where it is not there or not what it should be."""
    try:
        about, beside = read_json(folder / ABOUT), (folder / INDEX).read_bytes()
        frames, count = folder / FRAMES, about["images"]
        header = _header(count, size)
        expected = _about(fingerprint, size, count, frames, beside)
        with frames.open("rb") as file:
            if about != expected or file.read(len(header)) != header:
                return None
        if frames.stat().st_size != len(header) + count * size * size * 3:
            return None
        with np.load(io.BytesIO(beside)) as stored:
            return np.load(frames, mmap_mode="r"), {name: stored[name] for name in stored.files}
    except (UserError, OSError, KeyError, TypeError, ValueError):
        return None


def _about(
    fingerprint: str, size: int, count: int, frames: Path, beside: bytes
) -> dict[str, str | int]:
    return {
        "fingerprint": fingerprint,
        "size": size,
        "images": count,
        "changed": frames.stat().st_mtime_ns,
        "index": hashlib.sha256(beside).hexdigest(),
    }


def _header(count: int, size: int) -> bytes:
    """The beginning of the ``.npy`` file of so many images."""
    file = io.BytesIO()
    shape = (count, size, size, 3)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


def _made(
    folder: Path,
    fingerprint: str,
    size: int,
    list_images: ListImages,
    decode: Decode,
    lenient: bool,
) -> Decoded:
    home = folder.parent
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".lock"):
        if found := _believed(folder, fingerprint, size):  # another process was faster
            return found
        for left in home.glob(".frames-*"):  # by a process that was killed
            _remove(left)
        images, beside = list_images()
        draft = home / f".{folder.name}"
        draft.mkdir()
        try:
            broken = _write(draft / FRAMES, images, size, _leniently(decode) if lenient else decode)
            if lenient:
                beside = beside | {"unreadable": np.array(broken, np.int64)}
            np.savez(draft / INDEX, **beside)
            index = (draft / INDEX).read_bytes()
            about = _about(fingerprint, size, len(images), draft / FRAMES, index)
            (draft / ABOUT).write_text(json.dumps(about))
            for old in home.glob(f"frames-*-{size}-*"):
                _remove(old)
            os.replace(draft, folder)
        finally:
            _remove(draft)
        found = _believed(folder, fingerprint, size)
        if found is None:
            raise OSError(None, "it changes while it is read")
        return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _leniently(decode: Decode) -> Callable[[Any, int], np.ndarray | None]:
    def attempt(image: Any, size: int) -> np.ndarray | None:
        try:
            return decode(image, size)
        except UserError:
            return None

    return attempt


def _write(
    path: Path,
    images: Sequence[Any],
    size: int,
    decode: Callable[[Any, int], np.ndarray | None],
) -> list[int]:
    """The images as one ``.npy`` file, never more than a few of them in memory; the places of those
    that could not be decoded, which are black."""
    broken: list[int] = []
    black = np.zeros((size, size, 3), np.uint8)
    with (
        path.open("wb") as file,
        quiet_pillow(),
        ThreadPoolExecutor() as pool,
        progress_bar("decode", len(images), "images") as advance,
    ):
        file.write(_header(len(images), size))
        for start in range(0, len(images), AT_ONCE):
            some = images[start : start + AT_ONCE]
            for place, image in enumerate(pool.map(decode, some, [size] * len(some)), start):
                if image is None:
                    broken.append(place)
                file.write(np.ascontiguousarray(black if image is None else image, np.uint8).data)
            advance(len(some))
        file.flush()
        os.fsync(file.fileno())
    return broken
