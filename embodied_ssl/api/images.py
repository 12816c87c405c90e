"""Images as a program has them: paths, Pillow's, arrays, tensors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from jaxtyping import UInt8
from PIL import Image as PIL

from embodied_ssl.data.photos import as_shown, middle_square, quiet_pillow, read_photo
from embodied_ssl.errors import UserError

if TYPE_CHECKING:
    import torch

Image: TypeAlias = "str | Path | PIL.Image | np.ndarray | torch.Tensor"
"""A path; one of Pillow's; an array (H, W, 3) or a tensor (3, H, W), uint8 from 0 to 255 or
floating from 0 to 1; RGB. Grey images may be (H, W)."""


def is_one(images: Any) -> bool:
    """Whether it is a single image and not several."""
    if isinstance(images, (str, Path, PIL.Image)):
        return True
    return hasattr(images, "ndim") and images.ndim <= 3


def listed(images: Any) -> list[Any]:
    """Several images one by one; a batch is taken apart.

    Raises:
        UserError: for what holds no images, such as a number or a mapping.
    """
    if isinstance(images, (bytes, dict)) or not isinstance(images, Iterable):
        raise UserError(f"images cannot be of type {type(images).__name__}: {WANTED}.")
    return list(images)


WANTED = (
    "give paths, Pillow images, arrays (H, W, 3), tensors (3, H, W), or a list or a batch of them"
)


def square(image: Any, size: int) -> UInt8[np.ndarray, "S S 3"]:
    """The middle square of an image as it is shown, resized by area.

    Raises:
        UserError: for a file that is no image, another type or shape, numbers out of range.
    """
    if isinstance(image, (str, Path)):
        if Path(image).is_dir():
            raise UserError(f"{image} is a folder: give the paths of its images.")
        return read_photo(Path(image), size)
    if isinstance(image, PIL.Image):
        with quiet_pillow():
            return middle_square(np.asarray(as_shown("the image", image, size)), size)
    if isinstance(image, np.ndarray):
        return middle_square(_bytes(_rgb(image, image.shape, "(H, W, 3)")), size)
    if hasattr(image, "detach"):  # of torch, which need not be imported
        image = image.detach().cpu()
        array = image.float().numpy() if image.is_floating_point() else image.numpy()
        array = np.moveaxis(array, 0, -1) if array.ndim == 3 else array
        return middle_square(_bytes(_rgb(array, tuple(image.shape), "(3, H, W)")), size)
    raise UserError(f"an image cannot be of type {type(image).__name__}: {WANTED}.")


def _rgb(array: np.ndarray, told: tuple[int, ...], wanted: str) -> np.ndarray:
    """Channels last and three of them."""
    grey = array.ndim == 2 or (array.ndim == 3 and array.shape[-1] == 1)
    if grey and array.size:
        return np.repeat(array.reshape(*array.shape[:2], 1), 3, axis=2)
    if array.ndim != 3 or array.shape[-1] != 3 or not array.size:
        raise UserError(f"an image must be {wanted} or, grey, (H, W), but this one is {told}.")
    return array


def _bytes(image: np.ndarray) -> np.ndarray:
    """From 0 to 255 as uint8; floating numbers from 0 to 1 are rounded to those."""
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image)
    if not np.issubdtype(image.dtype, np.floating):
        raise UserError(f"an image must be uint8 or floating, not {image.dtype}.")
    low, high = float(image.min()), float(image.max())
    if not (low >= 0 and high <= 1):  # nor a number that is none
        raise UserError(
            f"floating images must be from 0 to 1, but this one has {low:g} to {high:g}."
        )
    return np.round(image * 255).astype(np.uint8)
