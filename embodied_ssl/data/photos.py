"""Photos as square images of one size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from embodied_ssl.errors import UserError

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
# What Pillow raises for truncated and damaged files.
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
)


def read_photo(path: Path, size: int) -> np.ndarray:
    """The middle square (S, S, 3) of a photo, resized by area; UserError if it cannot be read."""
    try:
        with Image.open(path) as photo:
            photo.draft("RGB", (2 * size, 2 * size))  # JPEG decodes small ones faster
            image = np.asarray(photo.convert("RGB"))
    except UNREADABLE as error:
        raise UserError(f"{path} is no image that can be read.") from error
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = image[top : top + side, left : left + side]
    smaller = side > size
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(middle, (size, size), interpolation=method)
