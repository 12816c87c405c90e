"""Labelled images for evaluation: the turntable's views, or a folder of photos."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Int, UInt8

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.photos import PHOTOS, read_photo
from embodied_ssl.errors import UserError

PHOTO_SIZE = 128  # pixels, unless told otherwise
PREFIXES = {"train": ("both", "gallery"), "val": ("val", "query"), "test": ("test", "query")}


@dataclass(frozen=True)
class LabelledImages:
    """Images with the labels of what they show."""

    category: np.ndarray
    """(N,) what sort of object it is."""
    instance: np.ndarray
    """(N,) the object itself, unique over categories."""
    split: np.ndarray
    """(N,) "val" or "test"; "both" for a gallery that serves both."""
    role: np.ndarray
    """(N,) "gallery" or "query"."""
    fingerprint: str
    """Another one when the data change."""
    read: Callable[[Int[np.ndarray, " M"]], UInt8[np.ndarray, "M S S 3"]]
    """Some of the images by their place, RGB."""

    @cached_property
    def images(self) -> UInt8[np.ndarray, "N S S 3"]:
        """All of them."""
        return self.read(np.arange(len(self.role)))

    def select(self, split: str, role: str) -> Int[np.ndarray, " M"]:
        """Places of the images of a split ("val" or "test") that play a role."""
        return np.flatnonzero((self.role == role) & np.isin(self.split, (split, "both")))


def open_labelled(spec: str, image_size: int | None = None) -> LabelledImages:
    """Labelled images from a turntable dataset or from ``folder:PATH``.

    A folder holds photos as ``category/instance/*.jpg``. Names that begin with ``train_`` make the
    gallery, ``val_`` and ``test_`` the queries; without such names a hash of the path decides.

    Args:
        spec: a dataset's folder, or "folder:PATH".
        image_size: S; for a dataset its own size by default, for photos 128.

    Raises:
        UserError: for what is not there or holds no labelled images; when they are read, for what
            is no image.
    """
    if spec.startswith("folder:"):
        return _open_photos(Path(spec.removeprefix("folder:")), image_size or PHOTO_SIZE)
    dataset = Dataset.open(spec)
    if "role" not in dataset.columns:
        raise UserError(
            f"{spec} was collected in {dataset.env!r} and has no labels: collect --env turntable."
        )
    if dataset.manifest.settings.get("orbit"):
        raise UserError(
            f"{spec} is an orbit, on which the cartons tell the views of one object: collect "
            "--env turntable without --orbit."
        )
    cache = dataset.cache(image_size)
    rows = cache.rows
    return LabelledImages(
        category=rows["category"],
        instance=rows["instance"],
        split=rows["split"],
        role=rows["role"],
        fingerprint=dataset.fingerprint,
        read=lambda places: cache.frames[cache.index["image"][places]],
    )


def _open_photos(folder: Path, size: int) -> LabelledImages:
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder of photos.")
    paths = sorted(p for p in folder.glob("*/*/*") if p.suffix.lower() in PHOTOS)
    if not paths:
        raise UserError(f"{folder} holds no photos as category/instance/*.jpg.")
    named = all(path.name.split("_")[0] in PREFIXES for path in paths)
    parts = [PREFIXES[path.name.split("_")[0] if named else _drawn(path)] for path in paths]
    split, role = np.array(parts, object).T
    for needed in ("val", "test"):
        if not (split == needed).any() or not (role == "gallery").any():
            raise UserError(f"{folder} has too few photos for a gallery and {needed} queries.")
    sizes = "".join(f"{path.relative_to(folder)} {path.stat().st_size}\n" for path in paths)

    def read(places: np.ndarray) -> np.ndarray:
        with ThreadPoolExecutor() as pool:
            chosen = [paths[place] for place in places]
            return np.stack(list(pool.map(lambda path: read_photo(path, size), chosen)))

    return LabelledImages(
        category=np.array([path.parts[-3] for path in paths], object),
        instance=np.array(["/".join(path.parts[-3:-1]) for path in paths], object),
        split=split,
        role=role,
        fingerprint=hashlib.sha256(sizes.encode()).hexdigest()[:16],
        read=read,
    )


def _drawn(path: Path) -> str:
    """Half of the photos of a folder without prefixes for the gallery, a quarter for each split."""
    name = "/".join(path.parts[-3:])
    return ("train", "train", "val", "test")[hashlib.blake2b(name.encode()).digest()[0] % 4]
