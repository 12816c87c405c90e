"""The settings of the training loop, the same for every method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.methods.recipe import Recipe


@dataclass(frozen=True)
class LoopConfig(Bounded):
    """Train a trunk; the same command continues what was interrupted."""

    data: tuple[str, ...]
    """Datasets collected on the tabletop, in rooms, or one of each, as the method needs; for the
    methods of a moving camera also folder-video:PATH, numbered frames with their poses."""
    out: Path
    """The run's folder."""
    trunk: str = "alexnet"
    """alexnet; kitti, the small net of the ego-motion paper for grey images of 32 pixels
    (--image-size 32 --train-size 32 spares work); vit; split; or any model of timm."""
    init: str | None = None
    """A run, the trunk folder of a checkpoint, or an id of the Hugging Face hub, with whose weights
    the trunk begins; by default they are random."""
    images: Annotated[int, Within(1, 10**15)] = 1_000_000
    """Budget: images through the trunk, each counted by its pixels, the same for every method."""
    batch_size: Annotated[int, Within(2, 1 << 16)] = 128
    """Samples in a step of one process."""
    accumulate: Annotated[int, Within(1, 1 << 15)] = 1
    """Pieces in which a batch passes the trunk, for batches larger than memory: the gradient is
    that of the whole batch, each piece is computed twice, BatchNorm sees a piece at a time."""
    image_size: Annotated[int | None, Within(8, 4096)] = None
    """Side, in pixels, to which the frames are made smaller once, before the training; by default
    they stay as they were collected."""
    train_size: Annotated[int, Within(8, 4096)] = 96
    """Side, in pixels, of the images cut out of the frames."""
    seed: Annotated[int, Within(0, 2**32 - 1)] = 0
    """Of the first weights, the choice of samples and their augmentation."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """auto: bf16 where the hardware computes in it."""
    batch_norm: Literal["process", "synchronized"] = "process"
    """Over whose images BatchNorm takes its statistics where several processes train together."""
    threads: Annotated[int, Within(0, 1024)] = 0
    """Of the CPU; 0: one a core. Fewer are faster where other work keeps cores busy."""
    device: str = "auto"
    """cpu, cuda, cuda:1 or mps; auto: the GPU if there is one."""
    checkpoint_minutes: Annotated[float, Within(0, 1e6)] = 5.0
    """Minutes between checkpoints."""
    log: tuple[str, ...] = ("tensorboard",)
    """Where the curves are shown besides metrics.jsonl: trackers of Accelerate by their names, such
    as tensorboard, wandb, trackio, mlflow."""
    probe: str | None = None
    """Labelled images, a turntable dataset or folder:PATH: what the features are worth is told now
    and then by weighted k nearest neighbours, on its validation part alone."""
    probe_every: Annotated[int, Within(1, 10**15)] = 100_000
    """Images of the training between two looks of the probe."""
    allow_collapse: bool = False
    """Go on although all images have the same embedding."""
    extend: bool = False
    """Continue a run with more --images although its schedule was laid out for fewer."""

    @property
    def trackers(self) -> tuple[str, ...]:
        """The names of ``log``, which commas may part too."""
        return tuple(name for each in self.log for name in each.split(",") if name)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.accumulate > 1 and self.batch_size < 2 * self.accumulate:
            raise UserError(
                f"--accumulate {self.accumulate} leaves pieces of less than two samples of "
                f"--batch-size {self.batch_size}."
            )
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


EFFECTLESS = ("data", "out", "trunk", "trunk_settings", "init", "recipe", "threads", "device",
              "checkpoint_minutes", "log", "probe", "probe_every", "allow_collapse",
              "extend")  # fmt: skip
"""Settings that change nothing of what is learned, or that ``run.json`` has in a place of their
own."""
