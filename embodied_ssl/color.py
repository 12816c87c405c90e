"""Colours as Lab, in which lightness and colour are apart."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

# Linear RGB to XYZ of sRGB's primaries, white (D65) brought to (1, 1, 1).
XYZ = (
    (0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456),
    (0.212671, 0.715160, 0.072169),
    (0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754),
)


def rgb_to_lab(images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """sRGB in [0, 1] to CIE Lab: L from 0 to 100, a and b about -110 to 110."""
    images = images.float()
    linear = torch.where(images > 0.04045, ((images + 0.055) / 1.055) ** 2.4, images / 12.92)
    # Term by term: autocast would round a matrix product to 8 bits.
    red, green, blue = linear.unbind(1)
    xyz = torch.stack([r * red + g * green + b * blue for r, g, b in XYZ], dim=1)
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def grey(images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """The lightness of sRGB in [0, 1], itself in [0, 1], in all three channels."""
    return lightness_of(rgb_to_lab(images))


def lightness_of(lab: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """The lightness of Lab, in [0, 1], in all three channels."""
    return (lab[:, :1] / 100).expand(-1, 3, -1, -1)


def lab_to_rgb(lab: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
    """CIE Lab to sRGB in [0, 1]; colours that no screen shows take the nearest of each channel."""
    lightness, a, b = lab.float().unbind(1)
    y = (lightness + 16) / 116
    f = torch.stack([y + a / 500, y, y - b / 200], dim=1)
    x, y, z = torch.where(f > 6 / 29, f**3, (f - 16 / 116) / 7.787).unbind(1)
    rows = torch.linalg.inv(torch.tensor(XYZ, dtype=torch.float64)).tolist()
    linear = torch.stack([p * x + q * y + r * z for p, q, r in rows], dim=1).clamp(0, 1)
    curved = 1.055 * linear.clamp(min=1e-6) ** (1 / 2.4) - 0.055
    return torch.where(linear > 0.0031308, curved, 12.92 * linear)
