"""What a user may ask of a collection, whatever the world."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from embodied_ssl.errors import UserError

IMAGE_SIZES = (16, 1024)


@dataclass(frozen=True)
class CollectConfig:
    """Collect data in a simulated world."""

    env: str
    """The world: a name, or package.module:Class."""
    out: Path
    """Folder of the dataset; the same command continues what was interrupted."""
    workers: int = 1
    """Processes; they change the speed and nothing else."""
    seed: int = 0
    """Of everything that is random."""
    image_size: int = 128
    """Pixels along each side of an image."""

    def __post_init__(self):
        if self.workers < 1:
            raise UserError("--workers must be at least 1.")
        if not IMAGE_SIZES[0] <= self.image_size <= IMAGE_SIZES[1]:
            raise UserError("--image-size must be from {} to {}.".format(*IMAGE_SIZES))
        if self.seed < 0:
            raise UserError("--seed must not be negative.")
