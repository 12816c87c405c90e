"""The heads of The Curious Robot, each where the paper's figure puts it."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.trunks import Trunk
from embodied_ssl.worlds.tabletop import GRASP_ANGLES


def tap(trunk: Trunk, layer: str) -> int:
    """Index of the stage that stands for a layer of the paper's root.

    A trunk without the root's five convolutions is tapped as far from the end of its own: conv3 is
    the third last of them, conv4 the last but one; fc1 and fc2 are its last stage.
    """
    names = trunk.stage_names
    if "conv5" in names:
        return names.index(layer)
    if layer.startswith("fc"):
        return len(names) - 1
    convolutions = [i for i, name in enumerate(names) if not name.startswith("fc")]
    return convolutions[max(0, len(convolutions) - {"conv3": 3, "conv4": 2, "conv5": 1}[layer])]


class GraspHead(nn.Module):
    """conv4 -> conv 256@3x3, pool 3x3 -> fc 4096 -> fc 1024 -> 18 x 2."""

    def __init__(self, inputs: int, width: float):
        super().__init__()
        conv, fc1, fc2 = _scaled(width, 256, 4096, 1024)
        self.conv = nn.Conv2d(inputs, conv, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveMaxPool2d(3)  # whatever the image's size
        self.fc = nn.Sequential(
            nn.Flatten(),
            nn.Linear(9 * conv, fc1), nn.ReLU(),
            nn.Linear(fc1, fc2), nn.ReLU(),
            nn.Linear(fc2, 2 * GRASP_ANGLES),
        )  # fmt: skip

    def forward(self, conv4: Tensor) -> Float[Tensor, "B 18 2"]:
        return self.fc(self.pool(self.conv(conv4).relu())).unflatten(1, (GRASP_ANGLES, 2))


class PushHead(nn.Module):
    """conv3 of both images -> conv 48@3x3 on each -> 96 maps -> fc 1024 -> 5 numbers."""

    def __init__(self, inputs: int, width: float):
        super().__init__()
        conv, fc = _scaled(width, 48, 1024)
        self.conv = nn.Conv2d(inputs, conv, kernel_size=3, padding=1)
        self.resize = nn.AdaptiveAvgPool2d(5)
        self.fc = nn.Sequential(
            nn.Flatten(), nn.Linear(25 * 2 * conv, fc), nn.ReLU(), nn.Linear(fc, 5)
        )

    def forward(self, before: Tensor, after: Tensor) -> Float[Tensor, "B 5"]:
        maps = [self.resize(self.conv(conv3).relu()) for conv3 in (before, after)]
        return self.fc(torch.cat(maps, dim=1))


class PokeHead(nn.Module):
    """fc1 -> fc 512 -> slope and intercept."""

    def __init__(self, inputs: int, width: float):
        super().__init__()
        (fc,) = _scaled(width, 512)
        self.fc = nn.Sequential(nn.Flatten(), nn.Linear(inputs, fc), nn.ReLU(), nn.Linear(fc, 2))

    def forward(self, fc1: Tensor) -> Float[Tensor, "B 2"]:
        return self.fc(fc1.mean((2, 3)))


def _scaled(width: float, *units: int) -> list[int]:
    return [max(8, round(width * count)) for count in units]
