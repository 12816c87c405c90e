"""The settings of the training loop, the same for every method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Recipe


@dataclass(frozen=True)
class LoopConfig:
    """Train a trunk; the same command continues what was interrupted."""

    data: tuple[str, ...]
    """Datasets collected on the tabletop, in rooms, or one of each, as the method needs; for the
    methods of a moving camera also folder-video:PATH, numbered frames with their poses."""
    out: Path
    """The run's folder."""
    trunk: str = "alexnet"
    """alexnet; kitti, the small net of the ego-motion paper for grey images of 32 pixels
    (--image-size 32 --train-size 32 spares work); vit; split; or any model of timm."""
    images: int = 1_000_000
    """Budget: images through the trunk, each counted by its pixels, the same for every method."""
    batch_size: int = 128
    """Samples in a step of one process."""
    image_size: int | None = None
    """Side, in pixels, to which the frames are made smaller once, before the training; by default
    they stay as they were collected."""
    train_size: int = 96
    """Side, in pixels, of the images cut out of the frames."""
    seed: int = 0
    """Of the first weights, the choice of samples and their augmentation."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """auto: bf16 where the hardware computes in it."""
    batch_norm: Literal["process", "synchronized"] = "process"
    """Over whose images BatchNorm takes its statistics where several processes train together."""
    threads: int = 0
    """Of the CPU; 0: one a core. Fewer are faster where other work keeps cores busy."""
    checkpoint_minutes: float = 5.0
    """Minutes between checkpoints."""

    def __post_init__(self) -> None:
        for name in ("images", "batch_size", "image_size", "train_size"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise UserError(f"--{name.replace('_', '-')} must be positive.")
        if self.batch_size < 2:
            raise UserError("--batch-size must be at least 2.")
        if self.threads < 0:
            raise UserError("--threads must not be negative.")
        if self.image_size and self.train_size > self.image_size:
            raise UserError(
                f"--train-size {self.train_size} would enlarge frames of --image-size "
                f"{self.image_size}: no more than that."
            )


@dataclass(frozen=True)
class TrainConfig(LoopConfig):
    """All that decides a training besides the method and its own settings."""

    trunk_settings: Mapping[str, Any] = field(default_factory=dict)
    """What the trunk takes, as its own Config has it."""
    recipe: Recipe | None = None
    """How the weights are updated; the method's own by default."""


EFFECTLESS = ("data", "out", "trunk", "trunk_settings", "recipe", "threads", "checkpoint_minutes")
"""Settings that change nothing of what is learned, or that ``run.json`` has in a place of their
own."""
