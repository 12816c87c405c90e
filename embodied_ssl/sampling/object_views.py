"""Which frames show one object: those of a robot that holds it, of a camera that goes round it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from embodied_ssl.data import FrameCache


class ObjectViews(NamedTuple):
    """The objects of which a dataset has two views or more."""

    rows: Int[np.ndarray, " O"]
    """Of each object a row of the dataset."""
    places: list[Int[np.ndarray, " V"]]
    """Of each object its frames."""


def views_of_objects(cache: FrameCache, split: str) -> ObjectViews:
    """The views of a split: of the tabletop those of a look, in which the arm turns what it holds
    before the camera, with the crop that it was grasped from; else all frames of an instance."""
    views = _held(cache, split) if "interaction" in cache.rows else _circled(cache, split)
    several = [(row, places) for row, places in views if len(places) >= 2]
    rows = np.array([row for row, _ in several], np.int64)
    return ObjectViews(rows, [places for _, places in several])


def _held(cache: FrameCache, split: str) -> list[tuple[int, Int[np.ndarray, " V"]]]:
    ours, interaction = cache.rows["split"] == split, cache.rows["interaction"]
    tracks, before = cache.rows["track"], cache.index["before"]
    grasps = np.flatnonzero(ours & (interaction == "grasp"))
    grasped = {tracks[row]: before[row] for row in grasps if tracks[row]}
    views = []
    for row in np.flatnonzero(ours & (interaction == "look")):
        places = np.array([*cache.index["views"][row], grasped.get(tracks[row], -1)])
        views.append((row, places[places >= 0]))
    return views


def _circled(cache: FrameCache, split: str) -> list[tuple[int, Int[np.ndarray, " V"]]]:
    rows = np.flatnonzero((cache.rows["split"] == split) & (cache.index["image"] >= 0))
    if not len(rows):
        return []
    _, first, of = np.unique(
        cache.rows["instance"][rows].astype(str), return_index=True, return_inverse=True
    )
    places = cache.index["image"][rows[np.argsort(of, kind="stable")]]
    parts = np.split(places, np.cumsum(np.bincount(of, minlength=len(first)))[:-1])
    return list(zip(rows[first].tolist(), parts, strict=True))
