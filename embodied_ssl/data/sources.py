"""What ``--data`` names, by its form."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.labelled import PHOTO_PREFIX
from embodied_ssl.data.photo_source import PhotoSource
from embodied_ssl.data.video import PREFIX, VideoFolder


def open_source(spec: str | Path) -> Dataset | VideoFolder | PhotoSource:
    """What can be trained on: a collected dataset, ``folder-video:PATH`` of sequences with poses,
    or ``folder:PATH`` of photos."""
    spec = str(spec)
    if spec.startswith(PHOTO_PREFIX):
        return PhotoSource.open(spec)
    return VideoFolder.open(spec) if spec.startswith(PREFIX) else Dataset.open(spec)


def require_whole(spec: str) -> None:
    """UserError for a part of a dataset: numbers on it would look like those of the whole."""
    if not spec.startswith((PREFIX, PHOTO_PREFIX)):
        Dataset.open(spec).require_whole()


def common_size(sources: Iterable[Dataset | VideoFolder | PhotoSource]) -> int:
    """The size, in pixels, at which frames of all sources can be in one batch: that of the smallest
    dataset; folders can have any, so theirs counts where nothing else is."""
    sources = list(sources)
    collected = [source.image_size for source in sources if isinstance(source, Dataset)]
    return min(collected or [source.image_size for source in sources])
