"""The root of The Curious Robot: AlexNet's five convolutions and two fully connected layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from torch import Tensor, nn

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.trunks.base import Sees, Trunk
from embodied_ssl.trunks.convolution import Convolution


class AlexNet(Trunk):
    """The root of The Curious Robot: conv1 to conv5, fc1, fc2 (Pinto et al., ECCV 2016).

    For images of any size from 7 pixels on.

    Pooling after conv1, conv2 and conv5 as in the paper. Before fc1 the maps are averaged to
    ``grid`` x ``grid``, so that images of other sizes fit: the paper's 227 pixels leave 6 x 6, our
    128 leave 3 x 3.

    Args:
        width: of every convolution, as a fraction of the paper's.
        fc_dim: units of fc1 and fc2; the paper has 4096. Fewer by default: in small images they
            would hold nine tenths of the weights.
        norm: "batch" for BatchNorm after each layer, "lrn" for the paper's local response
            normalisation after conv1 and conv2.
        grid: side of the map that fc1 sees.
        sees: "lightness" makes images grey, "color" leaves them as they are.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the root."""

        option = "--trunk."

        width: Annotated[float, Within(0.01, 16)] = 1.0
        """Of the convolutions, as a fraction of the paper's."""
        fc_dim: Annotated[int, Within(1, 65536)] = 1024
        """Units of fc1 and fc2; the paper: 4096."""
        norm: Literal["batch", "lrn"] = "batch"
        """BatchNorm, or the paper's local response normalisation."""
        grid: Annotated[int, Within(1, 16)] = 3
        """Side of the map that fc1 sees; the paper: 6."""
        sees: Sees = "color"
        """Images as they are, or their lightness alone."""

    stage_names = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc1", "fc2")

    def __init__(
        self,
        width: float = 1.0,
        fc_dim: int = 1024,
        norm: Literal["batch", "lrn"] = "batch",
        grid: int = 3,
        sees: Sees = "color",
    ):
        super().__init__(sees=sees)
        dims = [max(8, round(width * channels)) for channels in (96, 256, 384, 384, 256)]
        self.stage_dims = (*dims, fc_dim, fc_dim)
        self.norm = norm
        c1, c2, c3, c4, c5 = dims
        self.conv1 = self._conv(3, c1, kernel=11, stride=4, padding=2, lrn=True)
        self.conv2 = self._conv(c1, c2, kernel=5, padding=2, lrn=True)
        self.conv3 = self._conv(c2, c3, kernel=3, padding=1)
        self.conv4 = self._conv(c3, c4, kernel=3, padding=1)
        self.conv5 = self._conv(c4, c5, kernel=3, padding=1)
        self.max_pool = nn.MaxPool2d(kernel_size=3, stride=2)
        self.resize = nn.AdaptiveAvgPool2d(grid)
        self.fc1 = self._conv(c5, fc_dim, kernel=grid)
        self.fc2 = self._conv(fc_dim, fc_dim, kernel=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # Gaussian
                nn.init.zeros_(layer.bias)

    def _conv(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 0, lrn=False
    ) -> nn.Sequential:
        conv = Convolution(inputs, outputs, kernel, stride, padding)
        if self.norm == "batch":
            return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())
        after = [nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)] if lrn else []
        return nn.Sequential(conv, nn.ReLU(), *after)

    def stages(self, x: Tensor) -> list[Tensor]:
        conv1 = self.conv1(x)
        conv2 = self.conv2(self._pooled(conv1))
        conv3 = self.conv3(self._pooled(conv2))
        conv4 = self.conv4(conv3)
        conv5 = self.conv5(conv4)
        fc1 = self.fc1(self.resize(self._pooled(conv5)))
        return [conv1, conv2, conv3, conv4, conv5, fc1, self.fc2(fc1)]

    def _pooled(self, maps: Tensor) -> Tensor:
        # Small images leave maps smaller than the window.
        return self.max_pool(maps) if min(maps.shape[-2:]) >= 3 else maps
