"""How far away what an image shows is, of data that were collected with ``--depth``."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.shards import resized_mask
from embodied_ssl.errors import UserError

SUFFIX = "_depth"
UNITS = 5000  # a metre


def columns_with_depth(dataset: Dataset) -> list[str]:
    """The image columns whose depth is stored; UserError where there are none."""
    found = [name.removesuffix(SUFFIX) for name in dataset.columns if name.endswith(SUFFIX)]
    if not found:
        raise UserError(
            f"{dataset.path} stores no depth: collect it with --depth into another folder."
        )
    return found


def read_depth(
    dataset: Dataset, column: str, rows: Int[np.ndarray, " R"], size: int
) -> Float[np.ndarray, "R S S"]:
    """Metres along the optical axis, float32; NaN where it is not known, and for rows without an
    image.

    Args:
        dataset: that was collected.
        column: of the images.
        rows: of the dataset.
        size: S, to which the nearest pixel's depth is taken.

    Raises:
        UserError: for a dataset without depth, a column without any, a damaged shard.
    """
    there = columns_with_depth(dataset)
    if column not in there:
        raise UserError(f"{dataset.path} has the depth of {', '.join(there)}, not of {column}.")
    stored = dataset.table([column + SUFFIX])[column + SUFFIX]
    depths = np.full((len(rows), size, size), np.nan, np.float32)
    for place, row in enumerate(rows.tolist()):
        if (cell := stored[row].as_py()) is not None:
            units = resized_mask(cell["bytes"], size)
            depths[place] = np.where(units > 0, units / UNITS, np.nan)
    return depths
