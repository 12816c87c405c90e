"""Augmentation of a whole batch at once, on whatever device it is.

One affine ``grid_sample`` and one colour matrix for each image: 20 times faster than a chain of
single operations. All random numbers come from the generator that is passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError

GRAY = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Augmentation(Bounded):
    """How strongly images are varied; a range of (1, 1) or a strength of 0 leaves them alone."""

    option = "--augmentation."

    crop_side: Annotated[tuple[float, float], Within(0.05, 1)] = (0.5, 1.0)
    """Side of the square cut out, as a fraction of the image's."""
    flip: Annotated[float, Within(0, 1)] = 0.5
    """Probability of a mirror image."""
    rotate: Annotated[float, Within(0, 6.3)] = 0.0
    """Largest rotation to either side, radians."""
    brightness: Annotated[float, Within(0, 1)] = 0.4
    contrast: Annotated[float, Within(0, 1)] = 0.4
    saturation: Annotated[float, Within(0, 1)] = 0.4
    hue: Annotated[float, Within(0, 0.5)] = 0.1
    """Largest turn of the colour circle, as a fraction of the whole."""
    gray: Annotated[float, Within(0, 1)] = 0.0
    """Probability of a grey image."""
    blur: Annotated[float, Within(0, 1)] = 0.0
    """Probability of a Gaussian blur."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.crop_side[0] > self.crop_side[1]:
            raise UserError(f"--augmentation.crop-side {self.crop_side} must not fall.")


CROPS = Augmentation((0.7, 1.0), 0.5, 0, 0, 0, 0, 0)
"""Crops and mirror images, all colours as they are."""
IDENTITY = Augmentation((1, 1), 0, 0, 0, 0, 0, 0, 0, 0)


def augment(
    frames: UInt8[Tensor, "B 3 H W"],
    size: int,
    settings: Augmentation,
    generator: torch.Generator,
    rotation: Float[Tensor, " B"] | None = None,
    flip: Bool[Tensor, " B"] | None = None,
) -> Float[Tensor, "B 3 size size"]:
    """Random crops of images in random colours.

    Args:
        frames: images.
        size: of the result, pixels.
        settings: how strongly they are varied.
        generator: source of all random numbers, on the CPU.
        rotation: counter-clockwise turn of each image, radians, instead of a random one.
        flip: which images are mirrored left to right before they turn, instead of a random choice.

    Returns:
        images with values in [0, 1].
    """
    count, device = len(frames), frames.device

    def uniform(low: float, high: float, shape: tuple[int, ...] = ()) -> Tensor:
        return low + (high - low) * torch.rand((count, *shape), generator=generator)

    side = uniform(*settings.crop_side)
    shift = uniform(-1, 1, (2,)) * (1 - side)[:, None]
    turn = uniform(-settings.rotate, settings.rotate)
    mirror = uniform(0, 1) < settings.flip
    turn = turn if rotation is None else rotation.cpu()
    mirror = mirror if flip is None else flip.cpu()
    # Output pixels to input pixels, v downwards: undo the turn, then the mirror.
    cos, sin, sign = side * turn.cos(), side * turn.sin(), 1.0 - 2.0 * mirror
    rows = torch.stack([sign * cos, -sign * sin, shift[:, 0], sin, cos, shift[:, 1]], dim=1)
    grid = F.affine_grid(rows.reshape(-1, 2, 3), [count, 3, size, size], align_corners=False)
    images = frames.float()
    images = F.grid_sample(
        images, grid.to(device), mode="bilinear", padding_mode="reflection", align_corners=False
    )
    images = _recolor(images, settings, uniform)
    if settings.blur:
        images = _blur(images, uniform(0, 1) < settings.blur, uniform(0.3, 1.5))
    return images.clamp(0, 1)


def _recolor(images: Tensor, settings: Augmentation, uniform) -> Tensor:
    """One 3 x 3 matrix and one offset for each image: hue, saturation, contrast, brightness.

    Takes values up to 255 and gives values up to 1: one pass over the pixels less.
    """
    brightness = uniform(1 - settings.brightness, 1 + settings.brightness) / 255
    contrast = uniform(1 - settings.contrast, 1 + settings.contrast)
    saturation = uniform(1 - settings.saturation, 1 + settings.saturation)
    saturation = torch.where(uniform(0, 1) < settings.gray, 0.0, saturation)
    angle = uniform(-settings.hue, settings.hue) * 2 * torch.pi
    gray = torch.tensor(GRAY)
    eye, luma = torch.eye(3), gray.expand(3, 3)
    # Rodrigues: a turn about the grey axis changes the hue.
    axis = torch.full((3,), 3**-0.5)
    cross = torch.linalg.cross(torch.eye(3), axis.expand(3, 3))
    along = torch.outer(axis, axis)
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    hue = cos * eye + sin * cross + (1 - cos) * along
    fade = saturation[:, None, None]
    matrix = (brightness * contrast)[:, None, None] * ((fade * eye + (1 - fade) * luma) @ hue)
    middle = (images.mean((2, 3)).cpu() @ gray) * brightness * (1 - contrast)
    matrix, middle = matrix.to(images.device), middle.to(images.device)
    return torch.einsum("bij,bjhw->bihw", matrix, images) + middle[:, None, None, None]


def _blur(images: Tensor, chosen: Tensor, sigma: Tensor) -> Tensor:
    """A separable Gaussian, 7 pixels wide, on the chosen images."""
    offsets = torch.arange(-3, 4).float()
    kernel = torch.exp(-(offsets**2) / (2 * sigma[:, None] ** 2))
    kernel = torch.where(chosen[:, None], kernel, (offsets == 0).float())
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0).to(images.device)
    count, channels, height, width = images.shape
    flat = images.reshape(1, count * channels, height, width)
    flat = F.pad(flat, (3, 3, 3, 3), mode="reflect")
    flat = F.conv2d(flat, kernel[:, None, None, :], groups=count * channels)
    flat = F.conv2d(flat, kernel[:, None, :, None], groups=count * channels)
    return flat.reshape(count, channels, height, width)
