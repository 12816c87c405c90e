"""Moves of a camera around objects: made in the mind, made really, and chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int

from embodied_ssl.data.views import TurntableViews
from embodied_ssl.evaluation.move_values import agreement, evidence, move_values, which_move
from embodied_ssl.evaluation.protocols.equivariance import fit_map

NEIGHBOURS = 25
PRACTICE = 4  # parts of the labelled objects; what moves are worth is learned on each in turn
PRACTISED = 4000  # views at most that are practised: few numbers are learned from them
MOVES = {
    "up": (1, 0.0), "down": (-1, 0.0), "left": (0, 0.125), "right": (0, -0.125),
    "far left": (0, 0.25), "far right": (0, -0.25), "behind": (0, 0.5),
}  # fmt: skip
"""Name -> rows of elevation upwards, and the part of a circle that the camera goes around."""


@dataclass(frozen=True)
class Looks:
    """What every move shows from each of J first views, in the mind and really."""

    foretold: Float[np.ndarray, "J G K"]
    """Shares of the votes on what is foretold; NaN where there is no such move."""
    seen: Int[np.ndarray, "J G"]
    """The kind that has most votes on what is then really seen; -1 where there is no such move."""
    kind: Int[np.ndarray, " J"]
    """The true one."""

    @cached_property
    def right(self) -> Float[np.ndarray, "J G"]:
        """1 where the kind that seems to be seen is the true one, 0 where not, NaN without a
        move."""
        return np.where(self.seen < 0, np.nan, self.seen == self.kind[:, None])

    def after(self, move: Int[np.ndarray, " J"]) -> Float[np.ndarray, " J"]:
        """Whether the votes are right after a move from each view."""
        return self.right[np.arange(len(move)), move]


def votes(
    alike: Float[np.ndarray, "Q P"], kinds: Int[np.ndarray, " P"], count: int
) -> Float[np.ndarray, "Q K"]:
    """The shares of ``count`` kinds among the nearest of what is known.

    Args:
        alike: how alike each query is to what is known, by cosine or what orders it as cosine does.
        kinds: of what is known, as numbers.
        count: how many kinds there are.
    """
    voters = min(NEIGHBOURS, alike.shape[1])
    near = torch.topk(torch.from_numpy(alike), voters, sorted=False).indices.numpy()
    return np.eye(count, dtype=np.float32)[kinds][near].mean(axis=1)


def look(
    z: Float[np.ndarray, "N D"],
    views: TurntableViews,
    labelled: Int[np.ndarray, " L"],
    judged: Int[np.ndarray, " J"],
) -> Looks:
    """Make every move from every judged view, first in the mind and then really.

    Args:
        z: features of all views.
        views: what they show, and from where.
        labelled, judged: views whose kind is known, and those that are to be told.
    """
    kinds, count = views.kind_numbers, views.kind_numbers.max() + 1
    foretold = np.full((len(judged), len(MOVES), count), np.nan, np.float32)
    seen = np.full((len(judged), len(MOVES)), -1)
    place, column, row = (np.full(len(z), -1) for _ in range(3))
    place[judged], column[labelled] = np.arange(len(judged)), np.arange(len(labelled))
    ends = np.flatnonzero(np.isin(views.instance, views.instance[judged]))
    row[ends] = np.arange(len(ends))
    # What two pairs of views have in common is a sum over their views: each product is made once.
    product = z[ends] @ z[labelled].T
    for g, move in enumerate(MOVES.values()):
        (a, b), (x, y) = views.moved(labelled, *move).T, views.moved(judged, *move).T
        if not len(a) or not len(x):
            continue
        length = np.maximum(np.linalg.norm(np.hstack([z[a], z[b]]), axis=1), 1e-9)
        begun = product[np.ix_(row[x], column[a])]
        mind = begun + (z[x] @ fit_map(z[a], z[b])) @ z[b].T
        real = begun + product[np.ix_(row[y], column[b])]
        foretold[place[x], g] = votes(mind / length, kinds[a], count)
        seen[place[x], g] = votes(real / length, kinds[a], count).argmax(1)
    return Looks(foretold, seen, kinds[judged])


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
        labelled: views whose kind is known; their objects are looked at with the help of the others
            to learn what moves are worth.

    Returns:
        ``chosen`` by what each move is worth, ``agreed`` by the paper's rule, and ``fixed``, the
        move that is worth most on average, or the next best where a view cannot make it.
    """
    objects = views.instance[labelled]
    names = np.unique(objects)  # in order, kind after kind
    chosen = np.isin(labelled, np.random.default_rng(0).permutation(labelled)[:PRACTISED])
    practised = []
    for part in range(PRACTICE):
        ours = np.isin(objects, names[part::PRACTICE])  # dealt out: the others are of their kinds
        practised.append(look(z, views, labelled[~ours], labelled[ours & chosen]))
    practice = (
        np.concatenate([each.foretold for each in practised]),
        np.concatenate([each.right for each in practised]),
        looks.foretold,
    )
    votes_agree = np.where(looks.seen < 0, -np.inf, agreement(looks.foretold))
    return {
        "chosen": move_values(*practice, evidence).argmax(1),
        "agreed": votes_agree.argmax(1),
        "fixed": move_values(*practice, which_move).argmax(1),
    }
