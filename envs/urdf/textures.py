"""Texture images of a mesh, as files that Bullet can read."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.numbers import shown

LARGEST = 8192  # pixels along a side
AS_THEY_ARE = {"JPEG": "jpg", "PNG": "png"}  # formats that Bullet reads itself


def open_texture(data: bytes, name: str) -> Image.Image:
    """A decoded image.

    Args:
        data: contents of the file.
        name: of the file, for the error.

    Raises:
        WorldError: for what is no image, or one that is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            if max(image.size) > LARGEST:
                width, height = image.size
                raise WorldError(
                    f"the texture {shown(name)} has {width} x {height} pixels: at most {LARGEST} "
                    "along a side"
                )
            image.load()
    except WorldError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever they like
        raise WorldError(f"the texture {shown(name)} is no image that can be read") from error
    return image


def write_texture(image: Image.Image, data: bytes | None, stem: Path) -> Path:
    """Write an image, its very bytes where Bullet reads them; the path.

    Args:
        image: decoded.
        data: of the file it comes from, if it does.
        stem: path without suffix.
    """
    suffix = AS_THEY_ARE.get(image.format or "")
    if data is not None and suffix and image.mode in ("RGB", "RGBA", "L"):
        path = stem.with_suffix(f".{suffix}")
        path.write_bytes(data)
        return path
    path = stem.with_suffix(".png")
    image.convert("RGB").save(path)
    return path
