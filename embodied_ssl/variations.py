"""Images cut out, blurred and recoloured, each in its own way: with OpenCV on the CPU, with PyTorch
on any other device.

OpenCV reads bytes and writes an image at a time, which stays in the cache: five times faster than
PyTorch's passes over a batch of floats on the same core. It rounds to whole levels after it has cut
and after it has blurred; PyTorch does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor

REACH = 3  # deviations of the Gaussian to either side
INSIDE_OUT = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True)
class Variations:
    """What is done with each image of a batch; all on the CPU."""

    maps: Float[Tensor, "B 2 3"]
    """From the result to the image, both from -1 to 1, v downwards; beyond the border there is the
    mirror image."""
    sigmas: Float[Tensor, " B"] | None
    """Of a Gaussian in pixels of the result, 0 for none."""
    colors: Float[Tensor, "B 3 3"]
    """By which the colours are multiplied."""
    lumas: Float[Tensor, "B 3"]
    """What the mean colour is multiplied by to give the grey that is added."""


def varied(
    frames: UInt8[Tensor, "B 3 H W"], size: int, how: Variations
) -> Float[Tensor, "B 3 size size"]:
    """The images with values in [0, 1].

    Args:
        frames: images, on any device.
        size: of the result, pixels.
        how: they are varied.
    """
    if frames.device.type == "cpu":
        return _with_opencv(frames, size, how)
    return _with_torch(frames, size, how)


def warped(
    fields: Float[Tensor, "B C H W"], size: int, how: Variations
) -> Float[Tensor, "B C size size"]:
    """What is known of every pixel of images, such as their depth, where ``varied`` puts these
    pixels: that of the nearest one, so that NaN stays where it is."""
    grid = F.affine_grid(how.maps.to(fields.device), [len(fields), 1, size, size], False)
    return F.grid_sample(fields, grid, mode="nearest", padding_mode="reflection",
                         align_corners=False)  # fmt: skip


def moved(points: Float[Tensor, "B N 2"], how: Variations) -> Float[Tensor, "B N 2"]:
    """Points of images, from -1 to 1, v downwards, where ``varied`` puts them: beyond that where
    they are cut off."""
    back = torch.linalg.inv(how.maps[:, :, :2]).to(points.device)
    return (points - how.maps[:, None, :, 2].to(points.device)) @ back.mT


def _with_opencv(frames: Tensor, size: int, how: Variations) -> Tensor:
    images = np.ascontiguousarray(frames.permute(0, 2, 3, 1).numpy())
    height, width = images.shape[1:3]
    maps = _in_pixels(how.maps.double().numpy(), size, width, height)
    sigmas = None if how.sigmas is None else how.sigmas.tolist()
    taps = 1 + 2 * _reach(how.sigmas)
    recolor = np.concatenate([how.colors.numpy(), np.empty((len(images), 3, 1))], axis=2)
    lumas = how.lumas.numpy()
    made = np.empty((len(images), size, size, 3), np.float32)

    def vary(numbers: Iterable[int]) -> None:
        for number in numbers:
            cut = cv2.warpAffine(
                images[number], maps[number], (size, size), flags=INSIDE_OUT,
                borderMode=cv2.BORDER_REFLECT,
            )  # fmt: skip
            recolor[number, :, 3] = lumas[number] @ cv2.mean(cut)[:3]
            if sigmas and sigmas[number]:
                cut = cv2.GaussianBlur(cut, (taps, taps), sigmas[number])
            cv2.transform(cut.astype(np.float32), recolor[number], dst=made[number])

    threads = max(1, min(torch.get_num_threads(), len(images)))  # OpenCV releases the GIL
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(vary, (range(k, len(images), threads) for k in range(threads))))
    return torch.from_numpy(made).permute(0, 3, 1, 2).clamp_(0, 1)


def _in_pixels(maps: np.ndarray, size: int, width: int, height: int) -> np.ndarray:
    """Maps (B, 2, 3) between -1 and 1 as maps from pixels of the result to those of the image."""
    first = np.array([[2 / size, 0, 1 / size - 1], [0, 2 / size, 1 / size - 1], [0, 0, 1]])
    last = np.array([[width / 2, 0, (width - 1) / 2], [0, height / 2, (height - 1) / 2]])
    rest = np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(maps), 1, 3))
    return last @ np.concatenate([maps, rest], axis=1) @ first


def _with_torch(frames: Tensor, size: int, how: Variations) -> Tensor:
    device, count = frames.device, len(frames)
    grid = F.affine_grid(how.maps.to(device), [count, 3, size, size], align_corners=False)
    images = F.grid_sample(
        frames.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    middle = (images.mean((2, 3)) * how.lumas.to(device)).sum(1)
    images = torch.einsum("bij,bjhw->bihw", how.colors.to(device), images)
    images = images + middle[:, None, None, None]
    if how.sigmas is not None:
        images = _blurred(images, how.sigmas)
    return images.clamp(0, 1)


def _reach(sigmas: Tensor | None) -> int:
    """Pixels to either side over which the widest Gaussian of a batch is summed."""
    return 0 if sigmas is None or not len(sigmas) else math.ceil(REACH * float(sigmas.max()))


def _blurred(images: Tensor, sigmas: Tensor) -> Tensor:
    """A separable Gaussian on each image."""
    reach = min(_reach(sigmas), images.shape[-1] - 1)  # a mirror image is no longer than that
    offsets = torch.arange(-reach, reach + 1).float()
    kernel = torch.exp(-(offsets**2) / (2 * sigmas[:, None].clamp(min=1e-3) ** 2))
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0).to(images.device)
    count, channels, height, width = images.shape
    flat = images.reshape(1, count * channels, height, width)
    flat = F.pad(flat, [reach] * 4, mode="reflect")
    flat = F.conv2d(flat, kernel[:, None, None, :], groups=count * channels)
    flat = F.conv2d(flat, kernel[:, None, :, None], groups=count * channels)
    return flat.reshape(count, channels, height, width)
