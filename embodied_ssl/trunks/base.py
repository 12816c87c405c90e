"""What every trunk promises."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import torch
from huggingface_hub import ModelCard, PyTorchModelHubMixin
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from embodied_ssl.color import grey
from embodied_ssl.errors import UserError
from embodied_ssl.trunks.auto import AutoTrunk
from embodied_ssl.trunks.build import name_of
from embodied_ssl.trunks.card import trunk_card

Sees = Literal["color", "lightness"]
FARTHEST = 256
"""Pixels up and down within which a size that fits is looked for."""


class Trunk(nn.Module, PyTorchModelHubMixin, library_name="embodied-ssl"):
    """A network from images to features, with all its stages open to view.

    ``save_pretrained`` and ``push_to_hub`` come from the Hugging Face hub; ``AutoTrunk`` opens what
    they write as a trunk of the right class.

    Args:
        mean, std: of the pixels in [0, 1] of each channel, removed by ``normalize``.
        sees: "lightness" for a network that never sees colours: ``normalize`` makes images grey.
    """

    stage_names: tuple[str, ...]
    """Of the stages, the first layer first."""
    stage_dims: tuple[int, ...]
    """Channels of each stage."""

    @dataclass(frozen=True)
    class Config:
        """What the trunk takes, each with a line of explanation."""

    def __init__(
        self,
        mean: float | list[float] = 0.5,
        std: float | list[float] = 0.25,
        sees: Sees = "color",
    ):
        super().__init__()
        self.sees = sees
        self.register_buffer("mean", torch.as_tensor(mean).expand(3).reshape(3, 1, 1).clone())
        self.register_buffer("std", torch.as_tensor(std).expand(3).reshape(3, 1, 1).clone())

    @property
    def name(self) -> str:
        """By which it can be built again."""
        return name_of(type(self))

    @property
    def settings(self) -> dict[str, Any]:
        """All settings with which it was built."""
        told = self._hub_mixin_config or {}  # arguments of the constructor, defaults included
        names = {field.name for field in fields(self.Config)}
        return {name: value for name, value in told.items() if name in names}

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
        return self.standardize(grey(frames) if self.sees == "lightness" else frames)

    def standardize(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 H W"]:
        """Images in [0, 1] without the mean and in units of the deviation of each channel."""
        count, channels, height, width = images.shape
        if not images.is_contiguous(memory_format=torch.channels_last):
            return (images - self.mean) / self.std
        # Whole rows of pixels: a loop over three channels would be ten times slower.
        rows = images.permute(0, 2, 3, 1).reshape(count, height, width * channels)
        mean, std = (each.flatten().repeat(width) for each in (self.mean, self.std))
        made = (rows - mean).div_(std).reshape(count, height, width, channels)
        return made.permute(0, 3, 1, 2)

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
        """Try whether images of so many pixels along each side can pass; nothing is changed.

        Raises:
            UserError: when they cannot, naming the nearest size that can.
        """
        if self._takes(size):
            return
        for distance in range(1, FARTHEST + 1):
            for near in (size - distance, size + distance):
                if near > 0 and self._takes(near):
                    raise UserError(
                        f"the trunk {self.name} takes no images of {size} pixels: {near} would do."
                    )
        raise UserError(f"the trunk {self.name} takes no images of {size} pixels.")

    @torch.no_grad()  # what a network keeps from inference mode would be of no use in training
    def shapes(self, size: int) -> list[torch.Size]:
        """(C, h, w) of every stage for images of so many pixels along each side; nothing is
        changed."""
        training = [module for module in self.modules() if module.training]
        self.eval()
        try:
            with torch.random.fork_rng(devices=[]):
                stages = self.stages(torch.zeros(2, 3, size, size, device=self.mean.device))
        finally:
            for module in training:
                module.training = True
        return [maps.shape[1:] for maps in stages]

    def _takes(self, size: int) -> bool:
        try:
            return all(shape.numel() for shape in self.shapes(size))
        except (RuntimeError, AssertionError, ValueError):
            return False

    def save_pretrained(self, folder: str | Path, **others: Any) -> str | None:
        """Write weights and settings into a folder, as the Hugging Face hub has it."""
        config = {"trunk": self.name, **self.settings}
        return super().save_pretrained(folder, **{"config": config} | others)

    def generate_model_card(
        self, facts: Mapping[str, str] | None = None, size: int = 96, **others: Any
    ) -> ModelCard:
        """The card that ``save_pretrained`` writes beside the weights."""
        return ModelCard(trunk_card(self, facts, size))

    @classmethod
    def from_pretrained(cls, source: str | Path, **others: Any) -> Trunk:
        """A trained trunk, as ``AutoTrunk`` opens it.

        Raises:
            UserError: when there is none, or it is of another class.
        """
        trunk = AutoTrunk.from_pretrained(source, **others)
        if not isinstance(trunk, cls):
            raise UserError(f"{source} holds a {type(trunk).__name__}, which is no {cls.__name__}.")
        return trunk
