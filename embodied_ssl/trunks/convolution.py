"""Convolutions of maps as small as those of a trunk."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Convolution(nn.Conv2d):
    """``nn.Conv2d`` that does not compute what a small map does not need.

    Both savings are exact. Taps of the kernel that meet padding alone are left out: of a map of one
    pixel a 5 x 5 kernel sees 1 of 25. A kernel as large as the map, as in a fully connected layer,
    is a matrix product, which CPUs do several times as fast.

    Args:
        inputs, outputs: channels.
        kernel: side of the square kernel.
        stride: pixels from window to window.
        padding: zeros on every side.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 0):
        super().__init__(inputs, outputs, kernel, stride, padding)

    def forward(self, x: Tensor) -> Tensor:
        weight, padding = self.weight, self.padding
        size, kernel = x.shape[-2:], weight.shape[-2:]
        if self.stride == (1, 1) and kernel == tuple(2 * pad + 1 for pad in padding):
            # Of s pixels in a row none is further than s - 1 from another.
            kept = tuple(min(pad, side - 1) for pad, side in zip(padding, size, strict=True))
            top, left = (pad - keep for pad, keep in zip(padding, kept, strict=True))
            weight = weight[:, :, top : kernel[0] - top, left : kernel[1] - left]
            padding = kept
        if padding == (0, 0) and weight.shape[-2:] == size:
            taps = weight.permute(0, 2, 3, 1).flatten(1)  # channels last, as they lie in memory
            y = F.linear(x.permute(0, 2, 3, 1).flatten(1), taps, self.bias)
            return y[:, :, None, None]
        return F.conv2d(x, weight, self.bias, self.stride, padding)
