"""Single frames with the category of what they show, for those who learn from labels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from jaxtyping import Shaped

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch
from embodied_ssl.sampling.frames import FrameSampler


class CategorySampler(FrameSampler):
    """``frames`` (B, 3, S, S) and the ``category`` (B,) of each, a number.

    Categories are those of all splits, so that their numbers are the same in each.

    Args:
        caches: of the datasets.
        batch_size: frames in a batch.
        seed: of their order.

    Raises:
        UserError: for data without categories, or with one only.
    """

    def __init__(self, caches: Iterable[FrameCache], batch_size: int, seed: int):
        super().__init__(caches, batch_size, seed)
        of_rows = [categories(cache) for cache in self.caches]
        self.names = np.unique(np.concatenate(of_rows))
        if len(self.names) < 2:
            only = f"one category only, {self.names[0]}" if self.names[0] else "no categories"
            raise UserError(
                f"the data hold {only}: collect more, or put photos in folders of them."
            )
        labels = [of[rows] for of, rows in zip(of_rows, self.rows, strict=True)]
        self.labels = torch.from_numpy(np.searchsorted(self.names, np.concatenate(labels)))

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        batch = super().__call__(number)
        return batch | {"category": self.labels[batch["index"]]}


def categories(cache: FrameCache) -> Shaped[np.ndarray, " R"]:
    """What every row shows: an object's category, or a room's.

    Raises:
        UserError: when that is not known.
    """
    on_tabletop = any(name.startswith("object.") for name in cache.rows)
    return cache.rows["object.category" if on_tabletop else "category"].astype(str)
