"""Labelled images for evaluation: the turntable's views, or a folder of photos."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Int, UInt8

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.photo_folder import INSTANCES, LAYOUTS, PhotoFolder, find_photos, listed
from embodied_ssl.data.photos import quiet_pillow, read_photo
from embodied_ssl.data.places import place
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.notes import note

LOOKS = ("color", "material")
PHOTO_PREFIX = "folder:"
PHOTO_SIZE = 128  # pixels, unless told otherwise


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
    looks: dict[str, np.ndarray] = field(default_factory=dict)
    """The colour and the material of what each shows, (N,), where the data say so; empty for those
    of which it is not known."""
    left_out: dict[str, int] = field(default_factory=dict)
    """What a folder of photos holds besides them: how many files of each sort."""
    remark: str = ""
    """What there is to say of a folder of photos, said when all of them could be read."""

    @cached_property
    def images(self) -> UInt8[np.ndarray, "N S S 3"]:
        """All of them."""
        images = self.read(np.arange(len(self.role)))
        if self.remark:
            note(self.remark)
        return images

    def select(self, split: str, role: str) -> Int[np.ndarray, " M"]:
        """Places of the images of a split ("val" or "test") that play a role."""
        return np.flatnonzero((self.role == role) & np.isin(self.split, (split, "both")))


def open_labelled(spec: str, image_size: int | None = None) -> LabelledImages:
    """Labelled images from a turntable dataset or from ``folder:PATH``.

    A folder holds photos as ``category/instance/*.jpg``, or as ``category/*.jpg``, where each photo
    is an object of its own. Names that begin with ``train_`` make the gallery, ``val_`` and
    ``test_`` the queries; without such names a hash of the path decides.

    Args:
        spec: a dataset's folder, or "folder:PATH".
        image_size: S; for a dataset its own size by default, for photos 128.

    Raises:
        UserError: for what is not there or holds no labelled images, for a part of a dataset; when
            they are read, for what is no image.
    """
    if spec.startswith(PHOTO_PREFIX):
        return _open_photos(place(spec.removeprefix(PHOTO_PREFIX)), image_size or PHOTO_SIZE)
    dataset = Dataset.open(spec)
    dataset.require_whole()
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
    ours = np.flatnonzero(cache.rows["split"] != "train")  # objects to learn from may be there too
    columns = {name: cache.rows[name][ours] for name in ("category", "instance", "split", "role")}
    places = cache.index["image"][ours]
    said = {name: f"description.{name}" for name in LOOKS}
    return LabelledImages(
        **columns,
        fingerprint=dataset.fingerprint,
        read=lambda chosen: cache.frames[places[chosen]],
        looks={
            name: cache.rows[of][ours]
            for name, of in said.items()
            if of in cache.rows and cache.rows[of][ours].any()
        },
    )


def _open_photos(folder: Path, size: int) -> LabelledImages:
    found = find_photos(folder)
    paths = found.paths
    split, role = np.array(found.parts, object).T
    for needed in ("val", "test"):
        if not (split == needed).any() or not (role == "gallery").any():
            raise UserError(f"{folder} has too few photos for a gallery and {needed} queries.")

    def read(places: np.ndarray) -> np.ndarray:
        with quiet_pillow(), ThreadPoolExecutor() as pool:
            chosen = [paths[place] for place in places]
            return np.stack(list(pool.map(lambda path: read_photo(path, size), chosen)))

    below = [path.relative_to(folder) for path in paths]
    # In category/*.jpg no two photos are known to show the same object.
    objects = [part.parent if found.layout == INSTANCES else part for part in below]
    return LabelledImages(
        category=np.array([part.parts[0] for part in below], object),
        instance=np.array([each.as_posix() for each in objects], object),
        split=split,
        role=role,
        fingerprint=_fingerprint(folder, paths),
        read=read,
        left_out=found.left_out,
        remark=_remark(folder, found, role, split),
    )


def _remark(folder: Path, found: PhotoFolder, role: np.ndarray, split: np.ndarray) -> str:
    """What is not as one may expect; nothing where all photos are named and none is left out."""
    said = []
    if found.layout != INSTANCES:
        said.append(f"photos as {LAYOUTS[found.layout]}: categories are retrieved, no instances")
    if not found.named:
        counts = ((role == "gallery").sum(), (split == "val").sum(), (split == "test").sum())
        said.append(
            "by a hash of their paths {} photos are the gallery, {} val and {} test queries".format(
                *counts
            )
        )
    if found.left_out:
        said.append(f"left out: {listed(found.left_out)}")
    return f"{folder}: {'; '.join(said)}" if said else ""


def _fingerprint(folder: Path, paths: list[Path]) -> str:
    """Of the names and the contents of photos."""
    digest = hashlib.sha256()
    try:
        with ThreadPoolExecutor() as pool:
            for path, content in zip(paths, pool.map(checksum, paths), strict=True):
                digest.update(os.fsencode(f"{path.relative_to(folder)} {content}\n"))
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()[:16]
