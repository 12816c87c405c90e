"""The settings of an evaluation, the same for every protocol."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional

from embodied_ssl.errors import UserError

IMAGE_SIZES = (8, 2048)
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class EvaluateConfig:
    """Judge trained trunks, and the baselines that they have to beat."""

    runs: Annotated[tuple[str, ...], Positional]
    """Run folders, or baselines: pixels, histogram, random, imagenet."""
    data: str
    """What the protocol looks at: a collected dataset, folder:PATH of photos as
    category/instance/*.jpg, or folder-video:PATH of frames with poses."""
    protocol: str = "retrieval"
    """By its name, or package.module:Class."""
    out: Path | None = None
    """Write everything as JSON to this file."""
    image_size: int | None = None
    """Pixels along each side of the images shown to the trunks; by default as many as the runs
    were trained with."""
    seed: int = 0
    """Of the untrained trunks and of what the protocol draws."""
    device: str = "auto"
    """cpu, cuda, or auto: the GPU if there is one."""

    def __post_init__(self):
        low, high = IMAGE_SIZES
        if self.image_size is not None and not low <= self.image_size <= high:
            raise UserError(f"--image-size must be from {low} to {high}, not {self.image_size}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise UserError(f"--seed must be from 0 to {LARGEST_SEED}, not {self.seed}.")
        if not self.data:
            raise UserError("--data is empty: name the data.")
