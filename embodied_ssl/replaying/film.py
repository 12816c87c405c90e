"""Films: pictures that follow one another, as the bytes of a file."""

from __future__ import annotations

import io
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from embodied_ssl.errors import UserError

SMALLEST = 240  # pixels along each side: smaller pictures are enlarged


class Film(ABC):
    """A film that is being made, closed at the end of a ``with``.

    Args:
        rate: pictures a second.
    """

    def __init__(self, rate: int):
        self.rate = rate
        self.count = 0
        """Pictures so far."""

    def add(self, picture: np.ndarray) -> None:
        """One more picture, (H, W, 3) uint8 RGB, as large as all others."""
        self._add(picture)
        self.count += 1

    @abstractmethod
    def _add(self, picture: np.ndarray) -> None: ...

    @abstractmethod
    def data(self) -> bytes:
        """The file, once it has all its pictures."""

    def __enter__(self) -> Film:
        return self

    def __exit__(self, *error: object) -> None:
        return None


class Mp4(Film):
    """A film of MPEG-4, of pictures with even sides, which is written as they come."""

    def __init__(self, rate: int):
        super().__init__(rate)
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name, "film.mp4")
        self._writer: cv2.VideoWriter | None = None

    def _add(self, picture: np.ndarray) -> None:
        if self._writer is None:
            code, size = cv2.VideoWriter.fourcc(*"mp4v"), picture.shape[1::-1]
            self._writer = cv2.VideoWriter(str(self._file), code, self.rate, size)
            if not self._writer.isOpened():
                raise UserError("OpenCV writes no .mp4 here: name a .webp or .gif file.")
        self._writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    def data(self) -> bytes:
        """The file."""
        self._writer.release()
        return self._file.read_bytes()

    def __exit__(self, *error: object) -> None:
        self._folder.cleanup()


class Animation(Film):
    """A film as a picture that moves, WebP or GIF; all its pictures are kept until its end.

    Args:
        rate: pictures a second.
        settings: of Pillow for the file, ``format`` among them.
    """

    def __init__(self, rate: int, **settings: Any):
        super().__init__(rate)
        self._settings = {"duration": round(1000 / rate), "loop": 0} | settings
        self._pictures: list[Image.Image] = []

    def _add(self, picture: np.ndarray) -> None:
        self._pictures.append(Image.fromarray(picture))

    def data(self) -> bytes:
        """The file."""
        first, *rest = self._pictures
        written = io.BytesIO()
        first.save(written, save_all=True, append_images=rest, **self._settings)
        return written.getvalue()


def film_for(path: Path, rate: int) -> Film:
    """An empty film of the format that the end of a file's name says."""
    suffix = path.suffix.lower()
    if suffix == ".mp4":
        return Mp4(rate)
    if suffix == ".webp":
        return Animation(rate, format="webp", quality=60, method=2)
    return Animation(rate, format="gif")


def enlarged(picture: np.ndarray) -> np.ndarray:
    """A picture whose sides are even, as encoders need them, and not too small to be watched."""
    times = max(1, -(-SMALLEST // min(picture.shape[:2])))
    if any(side * times % 2 for side in picture.shape[:2]):
        times += 1
    return picture.repeat(times, axis=0).repeat(times, axis=1) if times > 1 else picture
