"""The images of a dataset or of a folder, a few at a time, with what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from embodied_ssl.api.dataset import OpenedDataset
from embodied_ssl.data.labelled import PHOTO_PREFIX
from embodied_ssl.data.photo_folder import every_photo
from embodied_ssl.data.photos import quiet_pillow, read_photo
from embodied_ssl.data.places import place
from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.notes import note

AT_A_TIME = 256
LABELS = ("episode", "split", "category", "instance")
Part = tuple[UInt8[np.ndarray, "N S S 3"], dict[str, np.ndarray]]
"""Images, and columns (N,) that say which they are."""


class ToEmbed(NamedTuple):
    """Images that are to be looked at."""

    count: int
    parts: Callable[[], Iterator[Part]]


def images_of(source: str, size: int, column: str = "") -> ToEmbed:
    """The images of a dataset (columns ``row``, ``place`` in a list of images, and its labels), or
    of all photos below ``folder:PATH`` (column ``path``); photos that cannot be read are counted
    and left out.

    Args:
        source: as ``--data`` has it.
        size: S, to which they are resized.
        column: of the dataset; the first one with images by default.

    Raises:
        UserError: for data that are not there, a column without images, no photo that can be read.
    """
    if not source.startswith(PHOTO_PREFIX):
        return _of_dataset(OpenedDataset(source, size), source, column)
    if column:
        raise UserError("photos have no --column.")
    folder = place(source.removeprefix(PHOTO_PREFIX))
    paths = every_photo(folder)
    return ToEmbed(len(paths), lambda: _photos(folder, paths, size))


def _photos(folder: Path, paths: list[Path], size: int) -> Iterator[Part]:
    broken: list[Path] = []

    def read(path: Path) -> np.ndarray | None:
        try:
            return read_photo(path, size)
        except UserError:
            return None

    with quiet_pillow(), ThreadPoolExecutor() as pool:
        for start in range(0, len(paths), AT_A_TIME):
            part = paths[start : start + AT_A_TIME]
            found = list(zip(part, pool.map(read, part), strict=True))
            broken += [path for path, image in found if image is None]
            good = [(path, image) for path, image in found if image is not None]
            if good:
                names = [path.relative_to(folder).as_posix() for path, _ in good]
                yield np.stack([image for _, image in good]), {"path": np.array(names, object)}
    if len(broken) == len(paths):
        raise UserError(f"{folder} has no photo that can be read.")
    if broken:
        first = broken[0].relative_to(folder)
        note(f"{folder}: {len(broken)} of {len(paths)} photos cannot be read ({first} ...)")


def _of_dataset(dataset: OpenedDataset, source: str, column: str) -> ToEmbed:
    if not dataset.image_columns:
        raise UserError(f"{source} has no images.")
    column = column or dataset.image_columns[0]
    if column not in dataset.image_columns:
        raise did_you_mean("image column", column, dataset.image_columns)
    there = dataset.has(column)
    rows, places = np.nonzero(there.reshape(len(there), -1))
    if not len(rows):
        raise UserError(f"{source} has no image in the column {column!r}.")
    known: dict[str, np.ndarray] = {"row": rows}
    if there.ndim == 2:
        known["place"] = places
    labels = [name for name in LABELS if name in dataset.columns]
    known |= {name: values[rows] for name, values in dataset.numpy(labels).items()}

    def parts() -> Iterator[tuple[np.ndarray, dict[str, Any]]]:
        for start in range(0, len(rows), AT_A_TIME):
            part = slice(start, start + AT_A_TIME)
            images = dataset.images(column, rows[part])
            if there.ndim == 2:
                images = images[np.arange(len(images)), places[part]]
            yield images, {name: values[part] for name, values in known.items()}

    return ToEmbed(len(rows), parts)
