"""Moves of a camera around objects: their views predicted, really seen, and the move chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int

from embodied_ssl.data.views import TurntableViews
from embodied_ssl.evaluation.linear_maps import fit_map
from embodied_ssl.evaluation.move_utility import agreement, move_features, move_utility, which_move
from embodied_ssl.evaluation.recall import cosine

NEIGHBOURS = 25
FOLDS = 4  # of the labelled objects; the utility of moves is cross-fitted over them
CROSS_FITTED = 4000  # views at most: few numbers are learned from them
MOVES = {
    "up": (1, 0.0), "down": (-1, 0.0), "left": (0, 0.125), "right": (0, -0.125),
    "far left": (0, 0.25), "far right": (0, -0.25), "behind": (0, 0.5),
}  # fmt: skip
"""Name -> rows of elevation upwards, and the part of a circle that the camera goes around."""


@dataclass(frozen=True)
class Looks:
    """What every move shows from each of J first views, as predicted and as really seen."""

    predicted: Float[np.ndarray, "J G K"]
    """Shares of the votes on the predicted features; NaN where there is no such move."""
    observed: Int[np.ndarray, "J G"]
    """The category that has most votes on what is then seen; -1 where there is no such move."""
    category: Int[np.ndarray, " J"]
    """The true one."""

    @cached_property
    def correct(self) -> Float[np.ndarray, "J G"]:
        """1 where the category observed is the true one, 0 where not, NaN without a move."""
        return np.where(self.observed < 0, np.nan, self.observed == self.category[:, None])

    def after(self, move: Int[np.ndarray, " J"]) -> Float[np.ndarray, " J"]:
        """Whether the votes are correct after a move from each view."""
        return self.correct[np.arange(len(move)), move]


def votes(
    similarity: Float[np.ndarray, "Q P"], categories: Int[np.ndarray, " P"], count: int
) -> Float[np.ndarray, "Q K"]:
    """The shares of ``count`` categories among the nearest of what is labelled.

    Args:
        similarity: of each query to what is labelled, by cosine or what orders it as cosine does.
        categories: of what is labelled, as numbers.
        count: how many categories there are.
    """
    voters = min(NEIGHBOURS, similarity.shape[1])
    near = torch.topk(torch.from_numpy(similarity), voters, sorted=False).indices.numpy()
    return np.eye(count, dtype=np.float32)[categories][near].mean(axis=1)


def look(
    z: Float[np.ndarray, "N D"],
    views: TurntableViews,
    labelled: Int[np.ndarray, " L"],
    judged: Int[np.ndarray, " J"],
) -> Looks:
    """Make every move from every judged view, predicted and really.

    Args:
        z: features of all views.
        views: what they show, and from where.
        labelled, judged: views whose category is known, and those that are to be classified.
    """
    categories, count = views.category_numbers, views.category_numbers.max() + 1
    predicted = np.full((len(judged), len(MOVES), count), np.nan, np.float32)
    observed = np.full((len(judged), len(MOVES)), -1)
    place, column, row = (np.full(len(z), -1) for _ in range(3))
    place[judged], column[labelled] = np.arange(len(judged)), np.arange(len(labelled))
    ends = np.flatnonzero(np.isin(views.instance, views.instance[judged]))
    row[ends] = np.arange(len(ends))
    # The product of two pairs of views is a sum over their views: each is computed once.
    product = z[ends] @ z[labelled].T
    for g, move in enumerate(MOVES.values()):
        (a, b), (x, y) = views.moved(labelled, *move).T, views.moved(judged, *move).T
        if not len(a) or not len(x):
            continue
        length = np.maximum(np.linalg.norm(np.hstack([z[a], z[b]]), axis=1), 1e-9)
        first = product[np.ix_(row[x], column[a])]
        with_predicted = first + (z[x] @ fit_map(z[a], z[b])) @ z[b].T
        with_observed = first + product[np.ix_(row[y], column[b])]
        predicted[place[x], g] = votes(with_predicted / length, categories[a], count)
        observed[place[x], g] = votes(with_observed / length, categories[a], count).argmax(1)
    return Looks(predicted, observed, categories[judged])


def choose(
    looks: Looks,
    z: Float[np.ndarray, "N D"],
    views: TurntableViews,
    labelled: Int[np.ndarray, " L"],
) -> dict[str, Int[np.ndarray, " J"]]:
    """The move from each view by every rule.

    Args:
        looks: from the views whose next move is to be chosen.
        z: features of all views.
        views: what they show, and from where.
        labelled: views whose category is known; the utility of moves is learned from them, the
            objects of each fold being classified with the help of the others.

    Returns:
        ``chosen`` by utility, ``agreed`` by the paper's rule, and ``fixed``, the move of the
        highest mean utility, or the next best where a view cannot make it.
    """
    objects = views.instance[labelled]
    names = np.unique(objects)  # in order, category after category
    used = np.isin(labelled, np.random.default_rng(0).permutation(labelled)[:CROSS_FITTED])
    folds = []
    for fold in range(FOLDS):
        ours = np.isin(objects, names[fold::FOLDS])  # dealt out: the others are of their categories
        folds.append(look(z, views, labelled[~ours], labelled[ours & used]))
    known = (
        np.concatenate([each.predicted for each in folds]),
        np.concatenate([each.correct for each in folds]),
        looks.predicted,
    )
    agreed = np.where(looks.observed < 0, -np.inf, agreement(looks.predicted))
    return {
        "chosen": move_utility(*known, move_features).argmax(1),
        "agreed": agreed.argmax(1),
        "fixed": move_utility(*known, which_move).argmax(1),
    }


@dataclass(frozen=True)
class Repeat:
    """What came of all first views with some of the labelled objects."""

    correct: dict[str, Float[np.ndarray, " J"]]
    """Whether each is classified correctly from ``one`` view, after a ``random`` move, and by each
    rule."""
    first: Int[np.ndarray, " J"]
    """The category that each seems to be of."""
    move: Int[np.ndarray, " J"]
    """The chosen move."""
    then: Int[np.ndarray, " J"]
    """The category that it seems to be of after it."""


def repeat(
    z: Float[np.ndarray, "N D"], views: TurntableViews, labelled: np.ndarray, judged: np.ndarray
) -> Repeat:
    """Judge every first view with these labelled views."""
    first = one_view(z, views, labelled, judged)
    looks = look(z, views, labelled, judged)
    moves = choose(looks, z, views, labelled)
    correct = {
        "one": (first == looks.category).astype(float),
        "random": np.nanmean(looks.correct, axis=1),
        **{rule: looks.after(move) for rule, move in moves.items()},
    }
    move = moves["chosen"]
    return Repeat(correct, first, move, looks.observed[np.arange(len(move)), move])


def one_view(
    z: Float[np.ndarray, "N D"], views: TurntableViews, labelled: np.ndarray, judged: np.ndarray
) -> Int[np.ndarray, " J"]:
    """The categories that views seem to be of."""
    categories = views.category_numbers
    shares = votes(cosine(z[judged], z[labelled]), categories[labelled], categories.max() + 1)
    return shares.argmax(1)
