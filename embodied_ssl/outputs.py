"""Files that a command writes at its end: checked before the work, written whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embodied_ssl.errors import UserError
from embodied_ssl.files import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import UInt8
    from PIL.Image import Image


def check_output(path: Path, option: str = "--out", inputs: Iterable[Path] = ()) -> Path:
    """The plain file that is to be written, with links followed; nothing is made.

    Args:
        path: as the user named it.
        option: that named it, for the error.
        inputs: files that the command reads, which it must not replace.

    Raises:
        UserError: for a folder, a device, a pipe, a link that leads nowhere, a file that the
            command reads or that is write-protected, and a place where nothing can be written.
    """
    try:
        target = path.resolve()
        if path.is_symlink() and not target.exists():
            raise UserError(f"{option} {path} is a link that leads nowhere.")
        if target.exists():
            if target.is_dir():
                raise UserError(f"{option} {path} is a folder: name a file.")
            if not target.is_file():
                raise UserError(f"{option} {path} is no plain file: it is not replaced.")
            if not os.access(target, os.W_OK):
                raise UserError(f"{option} {path} is write-protected.")
        for other in inputs:
            if other.exists() and target.exists() and target.samefile(other):
                raise UserError(f"{option} {path} would replace what is read from {other}.")
        folder = next(place for place in target.parents if place.exists())
        if not folder.is_dir():
            raise UserError(f"cannot write {path}: {folder} is no folder.")
        tempfile.TemporaryFile(dir=folder).close()  # has no name where the system can do that
    except (OSError, ValueError, RuntimeError) as error:  # too long, a null byte, a loop of links
        raise UserError(f"cannot write {path}: {_reason(error)}.") from error
    return target


def write_output(path: Path, data: bytes) -> None:
    """Write a file that ``check_output`` has let pass, in a folder that is made if need be.

    Raises:
        UserError: when it cannot be written; what was there before stays.
    """
    try:
        write_atomically(check_output(path), data)
    except OSError as error:
        raise UserError(f"cannot write {path}: {_reason(error)}.") from error


def webp(image: Image, **settings: Any) -> bytes:
    """A picture, or several that follow one another, as the bytes of a WebP file."""
    written = io.BytesIO()
    image.save(written, format="webp", **settings)
    return written.getvalue()


def mosaic(rows: Sequence[Sequence[UInt8[np.ndarray, "S T 3"]]], gap: int) -> Image:
    """Pictures of one size in rows, with nothing between them, so that each is seen as one.

    Args:
        rows: of equally many pictures.
        gap: pixels between two of them.
    """
    from PIL import Image

    height, width, _ = rows[0][0].shape
    down, across = len(rows), len(rows[0])
    size = (across * (width + gap) - gap, down * (height + gap) - gap)
    whole = Image.new("RGBA", size)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            whole.paste(Image.fromarray(picture), (j * (width + gap), i * (height + gap)))
    return whole


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
