"""The settings of an evaluation, the same for every protocol."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional


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
