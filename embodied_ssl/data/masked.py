"""Images and where in them objects are, for what is judged by segmentation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt8

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.shards import resized_mask
from embodied_ssl.errors import UserError

SUFFIX = "_mask"


def masked_column(dataset: Dataset) -> str:
    """The image column that has masks; UserError for a dataset without any."""
    columns = dataset.columns
    found = [name.removesuffix(SUFFIX) for name in columns if name.endswith(SUFFIX)]
    found = [name for name in found if {name, f"{name}_objects"} <= columns.keys()]
    if not found:
        raise UserError(
            f"{dataset.path} stores no masks, so that nothing says where objects are: collect it "
            "with --masks."
        )
    return found[0]


@dataclass(frozen=True)
class MaskedImages:
    """Images with at least one object, of the split that is judged."""

    images: UInt8[np.ndarray, "N S S 3"]
    objects: Bool[np.ndarray, "N S S"]
    """Where there is any object."""
    episode: np.ndarray
    """(N,) int, of each image."""
    split: str
    others: UInt8[np.ndarray, "M S S 3"]
    """Images of other splits."""
    fingerprint: str

    @classmethod
    def open(cls, source: str, image_size: int | None, most: int) -> MaskedImages:
        """Test images of a dataset, validation images if it has none.

        Args:
            source: the dataset's folder.
            image_size: S; by default as the images were collected.
            most: images that are looked at, evenly spaced among all.

        Raises:
            UserError: for a dataset that is not there, has no masks or neither of the splits.
        """
        if source.startswith(("folder:", "folder-video:")):
            raise UserError(f"{source} has no masks: give a dataset collected with --masks.")
        dataset = Dataset.open(source)
        column = masked_column(dataset)
        cache = dataset.cache(image_size)
        places, splits = cache.index[column], cache.rows["split"]
        there = {split: np.flatnonzero((splits == split) & (places >= 0)) for split in set(splits)}
        split = next((name for name in ("test", "val") if len(there.get(name, ()))), None)
        if split is None:
            raise UserError(f"{source} has no test or val images of {column}.")
        table = dataset.table([f"{column}{SUFFIX}"])[f"{column}{SUFFIX}"]
        side = cache.frames.shape[1]
        chosen = there[split][:: -(-len(there[split]) // most)]
        masks = {row: _objects(table[int(row)].as_py(), side) for row in chosen}
        rows = np.array([row for row, mask in masks.items() if mask.any()], int)
        if not len(rows):
            raise UserError(f"{source} shows no object in any {split} image of {column}.")
        rest = np.concatenate([there[name][:most] for name in there if name != split] or [rows[:0]])
        return cls(
            cache.frames[places[rows]],
            np.stack([masks[row] for row in rows]),
            cache.rows["episode"][rows],
            split,
            cache.frames[places[rest]],
            dataset.fingerprint,
        )


def _objects(stored: dict | None, side: int) -> np.ndarray:
    """Where a stored mask has objects, (side, side) bool."""
    return resized_mask(stored["bytes"] if stored else b"", side) > 0
