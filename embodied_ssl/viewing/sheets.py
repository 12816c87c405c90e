"""Frames side by side in one image: few files to load, and frames between which a page jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from jaxtyping import Int, UInt8
from PIL import Image

from embodied_ssl.data.shards import decode
from embodied_ssl.outputs import webp
from embodied_ssl.worlds.clips import Clip, Frame

COLUMNS = 8  # frames beside each other
FULL = 48  # frames of a sheet, and of a clip
LARGEST = 160  # pixels of a frame's side
QUALITY = {"quality": 76, "method": 2}


@dataclass
class Sheet:
    """Clips one after another until it is full."""

    side: int
    """Of a frame, pixels."""
    images: list[UInt8[np.ndarray, "S S 3"]] = field(default_factory=list)
    clips: list[tuple[Clip, Int[np.ndarray, " F"]]] = field(default_factory=list)
    """Each with the numbers of the frames of it that are here."""

    def has_room(self, clip: Clip) -> bool:
        """Whether the frames of a clip fit; into an empty sheet any does."""
        images = len(self.images) + len(chosen_frames(clip))
        return not self.clips or (images <= FULL and len(self.clips) < FULL)

    def add(self, clip: Clip) -> None:
        """Put the frames of a clip at the end."""
        chosen = chosen_frames(clip)
        self.clips.append((clip, chosen))
        self.images += [small(clip.frames[number], self.side) for number in chosen]

    def encoded(self) -> bytes:
        """As WebP, ``COLUMNS`` frames a line."""
        lines = max(1, -(-len(self.images) // COLUMNS))
        page = np.zeros((lines, COLUMNS, self.side, self.side, 3), np.uint8)
        for number, image in enumerate(self.images):
            page[divmod(number, COLUMNS)] = image
        whole = page.swapaxes(1, 2).reshape(lines * self.side, COLUMNS * self.side, 3)
        return webp(Image.fromarray(whole), **QUALITY)


def chosen_frames(clip: Clip) -> Int[np.ndarray, " F"]:
    """The numbers of the frames that are shown: all, or as many as fit, evenly spread."""
    count = len(clip.frames)
    if count <= FULL:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, FULL).round().astype(int))


def shown_poster(clip: Clip, chosen: Sequence[int]) -> int:
    """Which of the chosen frames stands for all, 0 where there is none."""
    return int(np.abs(np.asarray(chosen) - clip.poster).argmin()) if len(chosen) else 0


def small(frame: Frame, side: int) -> UInt8[np.ndarray, "S S 3"]:
    """The image of a frame at the side of a sheet's."""
    image = decode(frame.image)
    if image.shape[:2] == (side, side):
        return image
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
