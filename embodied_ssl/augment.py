"""Augmentation of a whole batch at once, on whatever device it is.

One affine map and one colour matrix for each image instead of a chain of single operations. All
random numbers come from the generator that is passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.variations import Variations, varied

GRAY = (0.299, 0.587, 0.114)
BLURS = (0.1 / 224, 2.0 / 224)
"""Least and largest deviation of the blur, as parts of the image's side."""


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
    """Probability of a Gaussian blur, as strong in parts of the image's side as SimCLR's: a
    deviation of 0.1 to 2 pixels of 224."""

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
    how = draw_variations(settings, len(frames), size, generator, rotation, flip)
    return varied(frames, size, how)


def draw_variations(
    settings: Augmentation,
    count: int,
    size: int,
    generator: torch.Generator,
    rotation: Float[Tensor, " B"] | None = None,
    flip: Bool[Tensor, " B"] | None = None,
) -> Variations:
    """How each of ``count`` images is varied, drawn at random; else as for ``augment``."""

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
    colors, lumas = _colors(settings, uniform)
    sigmas = None
    if settings.blur:
        chosen = uniform(0, 1) < settings.blur
        sigmas = torch.where(chosen, uniform(*BLURS) * size, 0.0)
    return Variations(rows.reshape(-1, 2, 3), sigmas, colors, lumas)


def _colors(settings: Augmentation, uniform: Callable[..., Tensor]) -> tuple[Tensor, Tensor]:
    """One matrix (B, 3, 3) for hue, saturation, contrast and brightness, from values up to 255 to
    values up to 1, and the weights (B, 3) of the mean colour in the grey that contrast adds."""
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
    return matrix, (brightness * (1 - contrast))[:, None] * gray
