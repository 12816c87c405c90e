"""What every trunk promises."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from embodied_ssl.errors import UserError


class Trunk(nn.Module, PyTorchModelHubMixin, library_name="embodied-ssl"):
    """A network from images to features, with all its stages open to view.

    ``save_pretrained`` and ``push_to_hub`` come from the Hugging Face hub; ``AutoTrunk`` opens what
    they write as a trunk of the right class.

    Args:
        mean, std: of the pixels in [0, 1] of each channel, removed by ``normalize``.
    """

    stage_names: tuple[str, ...]
    """Of the stages, the first layer first."""
    stage_dims: tuple[int, ...]
    """Channels of each stage."""
    name: str = ""
    """By which it was built, and can be again."""
    settings: dict[str, Any]
    """With which it was built."""

    @dataclass(frozen=True)
    class Config:
        """What the trunk takes, each with a line of explanation."""

    def __init__(self, mean: float | list[float] = 0.5, std: float | list[float] = 0.25):
        super().__init__()
        self.settings = {}
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

    @torch.no_grad()
    def check_size(self, size: int) -> None:
        """UserError when images of so many pixels along each side cannot pass."""
        training, device = self.training, self.mean.device
        try:
            self.eval().stages(torch.zeros(1, 3, size, size, device=device))
        except (RuntimeError, AssertionError, ValueError) as error:
            said = " ".join(str(error).split())
            raise UserError(
                f"the trunk {self.name} cannot take images of {size} pixels ({said}): choose "
                "another --train-size."
            ) from error
        finally:
            self.train(training)

    def save_pretrained(self, folder: str | Path, **others: Any) -> str | None:
        """Write weights and settings into a folder, as the Hugging Face hub has it."""
        config = {"trunk": self.name, **self.settings}
        return super().save_pretrained(folder, **{"config": config} | others)

    @classmethod
    def from_pretrained(cls, source: str | Path, **others: Any) -> Trunk:
        """A trunk from a folder or the hub; of the right class if none was named."""
        if cls is Trunk:
            from embodied_ssl.trunks.auto import AutoTrunk

            return AutoTrunk.from_pretrained(source)
        return super().from_pretrained(source, **others)
