"""Images with labels, cut into what a classifier is fitted on and what it is judged on.

A setting (a stage, k, a weight decay) is chosen by fitting on one part and judging on another, both
of which the final fit may use or that come from other objects; the test part is read once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int, UInt8

from embodied_ssl.data import Dataset, LabelledImages, open_labelled, open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.rooms import EVERY
from embodied_ssl.motion import TIME_TOLERANCE
from embodied_ssl.sampling import image_frames
from embodied_ssl.sampling.categories import categories
from embodied_ssl.sampling.frames import JUDGED_COLUMNS

Level = Literal["category", "instance"]
HELD_OUT = 3  # one object of so many is judged when a setting is chosen


@dataclass(frozen=True)
class Part:
    """What a classifier is fitted on, and what it is judged on: places of images."""

    fit: Int[np.ndarray, " F"]
    judged: Int[np.ndarray, " J"]


@dataclass(frozen=True)
class LabelledSplits:
    """Images with labels, and which of them are for the choice of a setting and for the test."""

    images: UInt8[np.ndarray, "N S S 3"]
    label: Int[np.ndarray, " N"]
    """A number for each category or instance."""
    group: Int[np.ndarray, " N"]
    """The object or room that an image shows: images of one are not independent."""
    names: tuple[str, ...]
    """Of the labels."""
    val: Part
    test: Part
    fingerprint: str

    def __post_init__(self) -> None:
        for split, part in (("val", self.val), ("test", self.test)):
            if len(np.unique(self.label[part.fit])) < 2:
                raise UserError(f"the {split} part holds fewer than two labels: give more data.")
            if not np.isin(self.label[part.judged], self.label[part.fit]).any():
                raise UserError(f"no label of the {split} part has an image to learn it from.")

    @property
    def counts(self) -> dict[str, int]:
        """How much of what there is."""
        test = self.test
        unknown = ~np.isin(self.label[test.judged], self.label[test.fit])
        counts = {
            "labels": len(np.unique(self.label[test.fit])),
            "labelled images": len(test.fit),
            "val images": len(self.val.judged),
            "test images": len(test.judged),
            "test objects": len(np.unique(self.group[test.judged])),
        }
        # They count as wrong, whoever tells them.
        return counts | ({"test images of a label that none of these has": int(unknown.sum())}
                         if unknown.any() else {})  # fmt: skip


def open_labelled_splits(
    source: str, level: Level, image_size: int | None, seed: int
) -> LabelledSplits:
    """Labelled images of a turntable dataset, of a folder of photos, of rooms or of a tabletop.

    Instances are told in other views of the same objects. Categories are told of unseen objects
    (turntable: learned from the val objects, a part of which judges the choice; tabletop and rooms:
    learned from the training episodes); of photos with the gallery that they come with.

    Args:
        source: as ``--data`` has it.
        level: what a label is.
        image_size: pixels along each side; by default as the data have them.
        seed: of the choice of the objects that judge a setting.

    Raises:
        UserError: for data that are not there or have no such labels.
    """
    if source.startswith("folder:") or _has_roles(source):
        labelled = open_labelled(source, image_size)
        photos = source.startswith("folder:")
        if level == "category" and not photos:
            return _of_unseen_objects(labelled, seed)
        return _of_galleries(labelled, level)
    if level == "instance":
        raise UserError(f"{source} has categories only: instances are told of turntable or photos.")
    return _of_episodes(source, image_size)


def _has_roles(source: str) -> bool:
    dataset = open_source(source)
    return isinstance(dataset, Dataset) and "role" in dataset.columns


def _numbered(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    names, numbers = np.unique(values.astype(str), return_inverse=True)
    return numbers, tuple(names.tolist())


def _of_galleries(labelled: LabelledImages, level: Level) -> LabelledSplits:
    """Fitted on a gallery, judged on the queries that belong to it."""
    label, names = _numbered(getattr(labelled, level))
    val, test = (
        Part(labelled.select(split, "gallery"), labelled.select(split, "query"))
        for split in ("val", "test")
    )
    group = _numbered(labelled.instance)[0]
    return LabelledSplits(labelled.images, label, group, names, val, test, labelled.fingerprint)


def _of_unseen_objects(labelled: LabelledImages, seed: int) -> LabelledSplits:
    """Fitted on all val objects, judged on the test objects; the choice among val objects."""
    label, names = _numbered(labelled.category)
    group = _numbered(labelled.instance)[0]
    val, test = (np.flatnonzero(labelled.split == split) for split in ("val", "test"))
    judged = np.isin(group[val], _some_of_each(label[val], group[val], seed))
    return LabelledSplits(
        labelled.images, label, group, names, Part(val[~judged], val[judged]), Part(val, test),
        labelled.fingerprint,
    )  # fmt: skip


def _some_of_each(label: np.ndarray, group: np.ndarray, seed: int) -> np.ndarray:
    """A third of the objects of each category, none of a category that has only one."""
    rng, chosen = np.random.default_rng(seed), []
    for each in np.unique(label):
        objects = rng.permutation(np.unique(group[label == each]))
        chosen.append(objects[: max(len(objects) // HELD_OUT, int(len(objects) > 1))])
    return np.concatenate(chosen)


def _of_episodes(source: str, image_size: int | None) -> LabelledSplits:
    """Fitted on training episodes, judged on others."""
    dataset = open_source(source)
    cache = dataset.cache(image_size)
    of_split, rows_of = {}, {}
    for split in ("train", "val", "test"):
        frames, rows = image_frames(cache, split, JUDGED_COLUMNS)
        keep = _apart(cache.rows, rows)
        of_split[split], rows_of[split] = frames[keep], rows[keep]
    frames, rows = (np.concatenate(list(each.values())) for each in (of_split, rows_of))
    label, names = _numbered(categories(cache)[rows])
    column = "object.instance" if "object.instance" in cache.rows else "instance"
    ends = np.cumsum([len(each) for each in of_split.values()])
    train, val, test = np.split(np.arange(len(frames)), ends[:-1])
    return LabelledSplits(
        cache.frames[frames], label, _numbered(cache.rows[column][rows])[0], names,
        Part(train, val), Part(train, test), dataset.fingerprint,
    )  # fmt: skip


def _apart(columns: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Places of frames that show other things: of a moving camera one every half second."""
    if "time" not in columns:
        return np.arange(len(rows))
    moment = (columns["time"][rows] + TIME_TOLERANCE) // EVERY
    _, first = np.unique([columns["episode"][rows], moment], axis=1, return_index=True)
    return np.sort(first)
