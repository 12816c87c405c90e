"""A sentence for each row, from what the simulator knows: for methods that learn from language."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from embodied_ssl.data import FrameCache
from embodied_ssl.sampling.base import Batch
from embodied_ssl.sampling.frames import FrameSampler
from embodied_ssl.sampling.text import tokenize

INTERACTIONS = {
    "push": "A robot pushes {object}.",
    "poke": "A robot pokes {object}.",
    "look": "A robot holds {object}.",
}
GRASPS = {
    True: "A robot grasps {object} and lifts it.",
    False: "A robot tries to grasp {object}, but fails.",
}


def captions(cache: FrameCache, rows: Int[ndarray, " B"]) -> list[str]:
    """What is seen in each of some rows: an interaction with an object, or a place."""
    columns = cache.rows
    if "interaction" not in columns:
        return [f"A view of {_one(kind)}." for kind in columns["category"][rows]]
    sentences = []
    for row in rows:
        thing = _one(f"{columns['object.material'][row]} {columns['object.category'][row]}")
        interaction = columns["interaction"][row]
        grasp = GRASPS[bool(columns["success"][row])]
        sentences.append(INTERACTIONS.get(interaction, grasp).format(object=thing))
    return sentences


def _one(noun: str) -> str:
    """A noun with its article."""
    noun = noun.strip().replace("_", " ")  # before it is the space of a material not known
    if not noun:
        return "something"
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


class CaptionSampler(FrameSampler):
    """``frames`` (B, 3, S, S) and the ``tokens`` (B, L) of the caption of each.

    Args:
        caches: of the datasets.
        batch_size: frames in a batch.
        seed: of their order.
    """

    def __init__(self, caches: Iterable[FrameCache], batch_size: int, seed: int):
        super().__init__(caches, batch_size, seed)
        texts = [captions(cache, rows) for cache, rows in zip(self.caches, self.rows, strict=True)]
        distinct, self._which = np.unique(np.concatenate(texts), return_inverse=True)
        self._tokens = tokenize(distinct.tolist())

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        batch = super().__call__(number)
        return batch | {"tokens": self._tokens[self._which[batch["index"]]]}
