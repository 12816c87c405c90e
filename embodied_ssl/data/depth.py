"""How far away what an image shows is, of data that were collected with ``--depth``."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt16

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.shards import resized_mask
from embodied_ssl.errors import UserError

SUFFIX = "_depth"
UNITS = 5000  # a metre


def columns_with_depth(dataset: Dataset) -> list[str]:
    """The image columns whose depth is stored."""
    return [name.removesuffix(SUFFIX) for name in dataset.columns if name.endswith(SUFFIX)]


def stores_no_depth(dataset: Dataset) -> UserError:
    """What to raise for a dataset without depth."""
    return UserError(
        f"{dataset.path} stores no depth: collect it with --depth into another folder."
    )


def read_units(
    dataset: Dataset, column: str, rows: Int[np.ndarray, " R"], size: int
) -> UInt16[np.ndarray, "R S S"]:
    """Depth in ``1 / UNITS`` metres along the optical axis; 0 where it is not known, and for rows
    without an image.

    Args:
        dataset: that was collected.
        column: of the images.
        rows: of the dataset.
        size: S, to which the nearest pixel's depth is taken.

    Raises:
        UserError: for a dataset without depth, a column without any, a damaged shard.
    """
    there = columns_with_depth(dataset)
    if not there:
        raise stores_no_depth(dataset)
    if column not in there:
        raise UserError(f"{dataset.path} has the depth of {', '.join(there)}, not of {column}.")
    stored = dataset.table([column + SUFFIX])[column + SUFFIX]
    units = np.zeros((len(rows), size, size), np.uint16)
    for place, row in enumerate(rows.tolist()):
        if (cell := stored[row].as_py()) is not None:
            units[place] = resized_mask(cell["bytes"], size)
    return units


def in_metres(units: UInt16[np.ndarray, "N S S"]) -> Float[np.ndarray, "N S S"]:
    """Metres, float32; NaN where the depth is not known."""
    return np.where(units > 0, units / np.float32(UNITS), np.float32(np.nan))


def read_depth(
    dataset: Dataset, column: str, rows: Int[np.ndarray, " R"], size: int
) -> Float[np.ndarray, "R S S"]:
    """The same as ``read_units`` in metres, NaN where it is not known."""
    return in_metres(read_units(dataset, column, rows, size))
