"""The network with which Jayaraman and Grauman learned from KITTI's cars (ICCV 2015)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.trunks.base import Trunk

SIZE = 32  # pixels


class KittiNet(Trunk):
    """The small net for grey images of 32 pixels (Jayaraman and Grauman, ICCV 2015).

    Three 5 x 5 convolutions, each pooled to half, and D features.

    Small enough for millions of images on a laptop. After one max-pool it pools by averages and
    ends in a linear layer, so that its features change smoothly with the image.
    Images of other sizes are brought to 32 x 32 by area.

    Args:
        width: of every convolution, as a fraction of the paper's 32, 32 and 64.
        fc_dim: D, the paper has 64.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the small net."""

        option = "--trunk."

        width: Annotated[float, Within(0.01, 16)] = 1.0
        """Of the convolutions, as a fraction of the paper's 32, 32 and 64."""
        fc_dim: Annotated[int, Within(1, 65536)] = 64
        """D, the features."""

    stage_names = ("conv1", "conv2", "conv3", "fc")

    def __init__(self, width: float = 1.0, fc_dim: int = 64):
        super().__init__()
        c1, c2, c3 = (max(8, round(width * channels)) for channels in (32, 32, 64))
        self.stage_dims = (c1, c2, c3, fc_dim)
        self.conv1 = nn.Sequential(_conv(1, c1), nn.MaxPool2d(3, 2, 1), nn.ReLU())
        self.conv2 = nn.Sequential(_conv(c1, c2), nn.ReLU(), nn.AvgPool2d(3, 2, 1))
        self.conv3 = nn.Sequential(_conv(c2, c3), nn.ReLU(), nn.AvgPool2d(3, 2, 1))
        self.resize = nn.AdaptiveAvgPool2d(SIZE)
        self.fc = nn.Linear(16 * c3, fc_dim)

    def stages(self, x: Tensor) -> list[Tensor]:
        conv1 = self.conv1(self.resize(x.mean(1, keepdim=True)))
        conv2 = self.conv2(conv1)
        conv3 = self.conv3(conv2)
        # Rounded to 8 bits, features differ by nothing between frames that differ by little.
        with torch.autocast(x.device.type, enabled=False):
            features = self.fc(conv3.flatten(1).float())
        return [conv1, conv2, conv3, features[:, :, None, None]]


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=5, padding=2)
