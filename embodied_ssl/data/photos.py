"""Photos as square images of one size, however a camera or a program wrote them."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from embodied_ssl.errors import UserError

PHOTOS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff"),
    *(".gif", ".avif", ".jp2", ".ppm", ".pgm"),
)
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "AVIF", "JPEG2000", "PPM")
"""Of Pillow: no format that starts a program, whatever the name of the file."""
BACKGROUND = (255, 255, 255)
"""What is seen through transparent pixels: the white on which programs show them."""
MOST_MEGABYTES = 640  # that one photo takes while it is decoded
MANY_PIXELS = 16 * 10**6  # decoded one photo after the other


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Without Pillow's remarks about single files: what cannot be read is an error, in one line.

    Around threads, not within them: the filters belong to the process.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")
        yield


def read_photo(path: Path, size: int, small: list[Path] | None = None) -> np.ndarray:
    """The middle square of a photo, resized by area.

    As a viewer shows it: turned as its EXIF says, in sRGB, on white where it is transparent; of
    16 bits the upper ones; of several images the first.

    Args:
        path: of the file.
        size: S, pixels along each side.
        small: takes the path of a photo that had to be enlarged.

    Returns:
        (S, S, 3) uint8 RGB.

    Raises:
        UserError: when it cannot be read.
    """
    try:
        with _opened(path) as photo:
            if small is not None and min(photo.size) < size:
                small.append(path)
            whole = photo.width * photo.height
            photo.draft("RGB", (2 * size, 2 * size))  # JPEG decodes small ones faster
            needed = _megabytes(photo, whole)
            if needed > MOST_MEGABYTES:
                raise UserError(
                    f"{path} has {whole / 1e6:.0f} megapixels, which take {needed:.0f} MB to "
                    f"decode: at most {MOST_MEGABYTES} MB are taken."
                )
            with _ONE_LARGE if photo.width * photo.height > MANY_PIXELS else nullcontext():
                image = np.asarray(as_shown(path, photo, size))
    except UserError:
        raise
    except Exception as error:  # decoders raise all sorts of things for damaged bytes
        raise UserError(f"{path} is no image that can be read{_hint(path)}.") from error
    return middle_square(image, size)


def middle_square(image: UInt8[np.ndarray, "H W 3"], size: int) -> UInt8[np.ndarray, "S S 3"]:
    """The middle of an image as a square of ``size`` pixels along each side, resized by area."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = image[top : top + side, left : left + side]
    smaller = side > size
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(middle, (size, size), interpolation=method)


def _hint(path: Path) -> str:
    """What a file is that only looks like a photo of these formats, such as those of phones."""
    with suppress(OSError), path.open("rb") as file:
        if file.read(12)[4:] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim"):
            return ", it is HEIC: save it as JPEG"
    return ""


_ONE_LARGE = threading.Lock()


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError:
        # A JPEG of any size is decoded at an eighth of it, which Pillow does not know beforehand.
        with path.open("rb") as file:
            jpeg = file.read(2) == b"\xff\xd8"
        if not jpeg:
            raise UserError(f"{path} has too many pixels to be decoded.") from None
        return JpegImagePlugin.JpegImageFile(path)


def _megabytes(photo: Image.Image, whole: int) -> float:
    """What decoding takes of so many pixels, those of a draft of a JPEG fewer."""
    pixels = photo.width * photo.height * 4
    if "progressive" in photo.info:  # every coefficient is kept, two bytes each
        areas = [layer[1] * layer[2] for layer in photo.layer]
        pixels = max(pixels, whole * 2 * sum(areas) / max(areas))
    return pixels / 1e6


def as_shown(name: Path | str, photo: Image.Image, size: int) -> Image.Image:
    """A photo in RGB, upright, its shorter side no less than ``size`` where it was so.

    Raises:
        UserError: for pixels of 32 bits, with the name.
    """
    if photo.width * photo.height > MANY_PIXELS and not photo.mode.startswith("I"):
        profile, exif = photo.info.get("icc_profile"), photo.getexif()
        photo = _reduced(photo, max(min(photo.size) // (4 * size), 1))
        photo.info["icc_profile"], photo.info["exif"] = profile, exif.tobytes()
    with suppress(Exception):  # damaged EXIF: the pixels are still there, as they are stored
        photo = ImageOps.exif_transpose(photo)
    photo = _eight_bits(name, photo)
    if not photo.has_transparency_data:
        return _in_srgb(photo)
    photo = photo.convert("RGBA")
    white = Image.new("RGB", photo.size, BACKGROUND)
    return Image.composite(_in_srgb(photo.convert("RGB")), white, photo.getchannel("A"))


def _reduced(photo: Image.Image, factor: int) -> Image.Image:
    """A large photo smaller by a factor, strip by strip where its mode has to be another."""
    if photo.mode in ("RGB", "L", "CMYK") and not photo.has_transparency_data:
        return photo.reduce(factor)
    mode = "RGBA" if photo.has_transparency_data else "RGB"
    small = Image.new(mode, (-(-photo.width // factor), -(-photo.height // factor)))
    for top in range(0, photo.height, 32 * factor):
        bottom = min(top + 32 * factor, photo.height)
        strip = photo.crop((0, top, photo.width, bottom)).convert(mode)
        small.paste(strip.reduce(factor), (0, top // factor))
    return small


def _eight_bits(name: Path | str, photo: Image.Image) -> Image.Image:
    """Grey of 16 bits scaled to 8; its transparent value becomes an alpha channel."""
    if photo.mode in ("I", "F"):
        raise UserError(f"{name} has pixels of 32 bits: save it with 8 or 16.")
    if not photo.mode.startswith("I;16"):
        return photo
    deep = np.asarray(photo)
    grey = Image.fromarray((deep >> 8).astype(np.uint8))
    key = photo.info.get("transparency")
    if isinstance(key, int):
        grey = grey.convert("LA")
        grey.putalpha(Image.fromarray(np.where(deep == key, 0, 255).astype(np.uint8)))
    return grey


def _in_srgb(photo: Image.Image) -> Image.Image:
    """RGB, by the colour profile that the photo carries; without one it is sRGB already."""
    carried = photo.info.get("icc_profile")
    if photo.mode == "P":
        photo = photo.convert("RGB")
    try:
        if carried:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(carried))
            if "srgb" in ImageCms.getProfileDescription(profile).lower():
                return photo.convert("RGB")
            return ImageCms.profileToProfile(photo, profile, _SRGB, outputMode="RGB")
        if photo.mode == "LAB":
            lab = ImageCms.createProfile("LAB")
            return ImageCms.profileToProfile(photo, lab, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        pass  # a profile that is damaged or of another kind of pixels says nothing
    return photo.convert("RGB")


_SRGB = ImageCms.createProfile("sRGB")
