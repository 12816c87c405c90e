"""Which frames show one object: those of a robot that holds it, of a camera that goes round it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError

Positives = Literal["views", "followed", "around"]


class ObjectViews(NamedTuple):
    """The objects of which a dataset has two views or more."""

    rows: Int[np.ndarray, " O"]
    """Of each object a row of the dataset."""
    places: list[Int[np.ndarray, " V"]]
    """Of each object its frames."""


def views_of_objects(cache: FrameCache, split: str, positives: Positives = "views") -> ObjectViews:
    """The views of a split: of the tabletop those of a look, in which the arm turns what it holds
    before the camera, with the crop that it was grasped from and, where it is stored, the object as
    it lay; else all frames of an instance.

    To learn from there are those from around what was to be grasped too, where they are stored,
    also of a grasp that failed. The other splits do without, so that identity is judged by the same
    views whether they are stored or not, and no object counts twice.

    Args:
        cache: of the dataset.
        split: of the objects.
        positives: "followed" where the robot's own actions tell of an object too: what the camera
            above saw before and after a push, and the hand from near before each interaction, are
            views of what it acted on. "around" to learn from the views around alone, in which no
            hand hides a part of the object.

    Raises:
        UserError: when there are no views around to learn from alone.
    """
    if "interaction" in cache.rows:
        if positives == "around" and split == "train":
            views = _seen_around(cache)
        else:
            views = _held(cache, split, followed=positives == "followed")
            views += _followed(cache, split) if positives == "followed" else []
    else:
        views = _circled(cache, split)
    several = [(row, places) for row, places in views if len(places) >= 2]
    rows = np.array([row for row, _ in several], np.int64)
    return ObjectViews(rows, [places for _, places in several])


def _held(cache: FrameCache, split: str, followed: bool) -> list[tuple[int, Int[np.ndarray, " V"]]]:
    ours, interaction = cache.rows["split"] == split, cache.rows["interaction"]
    tracks, columns = cache.rows["track"], ("before", "wrist") if followed else ("before",)
    looks, around = np.flatnonzero(ours & (interaction == "look")), _around(cache)
    shown, grasped, views = set(tracks[looks]), {}, []
    for row in np.flatnonzero(ours & (interaction == "grasp")):
        if tracks[row] in shown:
            grasped[tracks[row]] = [*(cache.index[column][row] for column in columns), *around[row]]
        elif not followed:
            views.append((row, around[row][around[row] >= 0]))
    for row in looks:
        lying = [cache.index["lying"][row]] if "lying" in cache.index else []
        places = np.array([*cache.index["views"][row], *lying, *grasped.get(tracks[row], ())])
        views.append((row, places[places >= 0]))
    return views


def _seen_around(cache: FrameCache) -> list[tuple[int, Int[np.ndarray, " V"]]]:
    around = _around(cache)
    if not (around >= 0).any():
        raise UserError("the tabletop data hold no views around: collect them with --wrist-views.")
    return [(row, places[places >= 0]) for row, places in enumerate(around)]


def _followed(cache: FrameCache, split: str) -> list[tuple[int, Int[np.ndarray, " V"]]]:
    """What pushes, pokes and grasps that failed saw of what they acted on."""
    ours, interaction = cache.rows["split"] == split, cache.rows["interaction"]
    kept = (interaction == "grasp") & (cache.rows["track"] != "")  # its look has them
    rows = np.flatnonzero(ours & (interaction != "look") & ~kept)
    places = np.stack([cache.index[name][rows] for name in ("before", "after", "wrist")], axis=1)
    places = np.hstack([places, _around(cache)[rows]])
    return [(row, seen[seen >= 0]) for row, seen in zip(rows.tolist(), places, strict=True)]


def _around(cache: FrameCache) -> Int[np.ndarray, "R V"]:
    """Of each row what the camera in the hand saw of what was to be grasped; -1 for nothing, and
    all of a row that is not to be learned from."""
    nothing = np.full((len(cache.rows["split"]), 0), -1)
    learned = (cache.rows["split"] == "train")[:, None]
    return np.where(learned, cache.index.get("around", nothing), -1)


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
