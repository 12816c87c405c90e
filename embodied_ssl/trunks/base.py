"""What every trunk promises."""

from __future__ import annotations

from abc import abstractmethod

import torch
from huggingface_hub import PyTorchModelHubMixin
from jaxtyping import Float, UInt8
from torch import Tensor, nn


class Trunk(nn.Module, PyTorchModelHubMixin, library_name="embodied-ssl"):
    """A network from images to features, with all its stages open to view.

    ``save_pretrained``, ``from_pretrained`` and ``push_to_hub`` come from the Hugging Face hub.

    Args:
        mean, std: of the pixels in [0, 1] of each channel, removed by ``normalize``.
    """

    stage_names: tuple[str, ...]
    """Of the stages, the first layer first."""
    stage_dims: tuple[int, ...]
    """Channels of each stage."""

    def __init__(self, mean: float | list[float] = 0.5, std: float | list[float] = 0.25):
        super().__init__()
        self.register_buffer("mean", torch.as_tensor(mean).expand(3).reshape(3, 1, 1).clone())
        self.register_buffer("std", torch.as_tensor(std).expand(3).reshape(3, 1, 1).clone())

    @property
    def dim(self) -> int:
        """Numbers in the features of an image."""
        return self.stage_dims[-1]

    def normalize(
        self, frames: UInt8[Tensor, "B 3 H W"] | Float[Tensor, "B 3 H W"]
    ) -> Float[Tensor, "B 3 H W"]:
        """Images as ``stages`` wants them, from bytes or from numbers in [0, 1]."""
        if frames.dtype == torch.uint8:
            frames = frames.float() / 255
        return (frames - self.mean) / self.std

    @abstractmethod
    def stages(self, x: Float[Tensor, "B 3 H W"]) -> list[Tensor]:
        """Feature maps (B, C, h, w) of every stage; a fully connected one as (B, C, 1, 1)."""

    def pool(self, stages: list[Tensor]) -> Float[Tensor, "B dim"]:
        """The features of images from their stages: the last one, averaged over its extent."""
        return stages[-1].mean((2, 3))

    def forward(self, x: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B dim"]:
        """Features of normalized images."""
        return self.pool(self.stages(x))

    def check_size(self, size: int) -> None:
        """TEMP"""
