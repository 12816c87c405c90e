"""A sentence for each row, from what the simulator knows: for methods that learn from language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
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
VIEW = "A view of {object}."


def prompts(category: str) -> list[str]:
    """All sentences that may be said of a category."""
    sentences = (*INTERACTIONS.values(), *GRASPS.values(), VIEW)
    return [sentence.format(object=_one(category)) for sentence in sentences]


def captions(
    cache: FrameCache, rows: Int[ndarray, " B"], written: Mapping[str, str] | None = None
) -> list[str]:
    """What is seen in each of some rows: an interaction with an object, a place, or what is
    ``written`` of a photo.

    Raises:
        UserError: for photos of which nothing is written.
    """
    columns = cache.rows
    if written is not None and _of_photos(cache):
        return _written_of(columns["instance"][rows], written)
    if "interaction" not in columns:
        return [VIEW.format(object=_one(kind)) for kind in columns["category"][rows]]
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


def _of_photos(cache: FrameCache) -> bool:
    return "episode" not in cache.rows  # nothing has happened in them


def _written_of(photos: ndarray, written: Mapping[str, str]) -> list[str]:
    """The sentence of each photo: its own one, or that of the nearest folder that has one."""
    found = [
        next(
            (written[name] for name in (photo, *reversed(photo.split("/"))) if name in written), ""
        )
        for photo in photos
    ]
    if missing := [photo for photo, text in zip(photos, found, strict=True) if not text]:
        raise UserError(
            f"{len(missing)} of {len(found)} photos have no caption, neither under their paths nor "
            f"under the names of their folders ({missing[0]} ...)."
        )
    return found


def read_captions(path: str) -> dict[str, str]:
    """Sentences by paths or names of folders; UserError for what is no JSON object of them."""
    try:
        written = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"--captions {path} cannot be read: {reason}.") from error
    if not isinstance(written, dict) or not all(isinstance(v, str) for v in written.values()):
        raise UserError(f"--captions {path} is no JSON object of names and sentences.")
    return written


class CaptionSampler(FrameSampler):
    """``frames`` (B, 3, S, S) and the ``tokens`` (B, L) of the caption of each.

    Args:
        caches: of the datasets.
        batch_size: frames in a batch.
        seed: of their order.
        file: of captions of photos, by default they are views of their folders.
    """

    def __init__(
        self, caches: Iterable[FrameCache], batch_size: int, seed: int, file: str | None = None
    ):
        super().__init__(caches, batch_size, seed)
        written = read_captions(file) if file else None
        if file and not any(map(_of_photos, self.caches)):
            raise UserError("--captions are of photos, and --data has none: give folder:PATH.")
        texts = [
            captions(cache, rows, written)
            for cache, rows in zip(self.caches, self.rows, strict=True)
        ]
        distinct, self._which = np.unique(np.concatenate(texts), return_inverse=True)
        self._tokens = tokenize(distinct.tolist())

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        batch = super().__call__(number)
        return batch | {"tokens": self._tokens[self._which[batch["index"]]]}
