"""A sentence for each frame, from what the simulator knows, for methods that learn language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from embodied_ssl.data import FrameCache
from embodied_ssl.data.rows import Rows
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch
from embodied_ssl.sampling.frames import FrameSampler
from embodied_ssl.sampling.text import LENGTH, tokenize

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

WORDS = ("color", "material", "relation")
"""What may be said of an object besides its category."""
SAID = 0.5
"""Part of the captions in which each of them is said."""


def prompts(category: str) -> list[str]:
    """All sentences that may be said of a category alone."""
    sentences = (*INTERACTIONS.values(), *GRASPS.values(), VIEW)
    return [sentence.format(object=_one(category)) for sentence in sentences]


def captions(
    cache: FrameCache, rows: Int[ndarray, " B"], says: Mapping[str, Bool[ndarray, " B"]]
) -> list[str]:
    """What is seen in each of some rows: an interaction with an object, a place.

    Args:
        cache: of the dataset.
        rows: of it.
        says: for each of ``WORDS`` whether it is said.
    """
    columns = cache.rows
    interacts = "interaction" in columns
    categories = columns["object.category" if interacts else "category"][rows]
    things = list(_things(columns, rows, categories, says))
    if not interacts:
        return [VIEW.format(object=thing) for thing in things]
    sentences = (
        INTERACTIONS.get(interaction, GRASPS[bool(success)])
        for interaction, success in zip(
            columns["interaction"][rows], columns["success"][rows], strict=True
        )
    )
    return [text.format(object=thing) for text, thing in zip(sentences, things, strict=True)]


def _things(
    columns: Rows,
    rows: Int[ndarray, " B"],
    categories: Iterable[str],
    says: Mapping[str, Bool[ndarray, " B"]],
) -> Iterator[str]:
    """The object of each row, as far as the dataset and ``says`` tell of it."""

    def words(name: str, *columns_of_it: str) -> Iterator[str]:
        stored = next((columns[each] for each in columns_of_it if each in columns), None)
        if stored is None:
            return iter([""] * len(rows))
        return (word if said else "" for word, said in zip(stored[rows], says[name], strict=True))

    colors = words("color", "description.color")
    materials = words("material", "description.material", "object.material")
    relations = words("relation", "description.relation")
    neighbors = words("relation", "description.neighbor")
    for color, material, category, relation, neighbor in zip(
        colors, materials, categories, relations, neighbors, strict=True
    ):
        thing = _one(" ".join(word for word in (color, material, category) if word))
        yield f"{thing} {relation} {_one(neighbor)}" if relation else thing


def _one(noun: str) -> str:
    """A noun with its article."""
    noun = noun.strip().replace("_", " ")
    if not noun:
        return "something"
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def _of_photos(cache: FrameCache) -> bool:
    return "episode" not in cache.rows  # nothing has happened in them


def _written_of(photos: ndarray, written: Mapping[str, str]) -> list[str]:
    """The sentence of each photo: its own one, or that of the nearest folder that has one.

    Raises:
        UserError: for photos of which nothing is written.
    """
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

    Of an object a caption says its category, and in half of the cases each its colour, its
    material and, in the crop that the camera above saw before an interaction, what it lies beside:
    people do not say everything.

    Args:
        caches: of the datasets.
        batch_size: frames in a batch.
        seed: of their order, and of what captions say.
        file: of captions of photos, by default they are views of their folders.
        length: L.
    """

    def __init__(
        self,
        caches: Iterable[FrameCache],
        batch_size: int,
        seed: int,
        file: str | None = None,
        length: int = LENGTH,
    ):
        super().__init__(caches, batch_size, seed)
        written = read_captions(file) if file else None
        if file and not any(map(_of_photos, self.caches)):
            raise UserError("--captions are of photos, and --data has none: give folder:PATH.")
        rng = np.random.default_rng(seed)
        texts = []
        for cache, frames, rows in zip(self.caches, self.pools, self.rows, strict=True):
            if written is not None and _of_photos(cache):
                texts.append(_written_of(cache.rows["instance"][rows], written))
                continue
            says = {word: rng.random(len(rows)) < SAID for word in WORDS}
            # Left and right are those of that crop; the hand's camera is turned, a push moves
            # things, and nothing is beside what is held.
            says["relation"] &= np.isin(frames, cache.index.get("before", ()))
            texts.append(captions(cache, rows, says))
        distinct, self._which = np.unique(np.concatenate(texts), return_inverse=True)
        self._tokens = tokenize(distinct.tolist(), length)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        batch = super().__call__(number)
        return batch | {"tokens": self._tokens[self._which[batch["index"]]]}
