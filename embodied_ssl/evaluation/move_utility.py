"""The utility of a move of the camera: how much likelier than after another the votes are correct.

Votes that agree need not be correct: some moves bring more that is new than others, and a view may
look like many things. So it is learned from labelled objects, each classified with the help of the
others only, how the features of a move go with the votes on what was then seen being correct.

Only the moves of one view are compared with one another. Views differ in how hard they are and in
where the camera can go from them; a move that hard views alone can make is none the worse for it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SHRINKAGE = 100.0  # as if each number had been seen so many times to tell nothing


def agreement(shares: Float[np.ndarray, "*Q K"]) -> Float[np.ndarray, " *Q"]:
    """How far votes agree: minus their entropy, 0 where all are for one category."""
    return np.sum(shares * np.log(np.maximum(shares, 1e-9)), axis=-1)


def which_move(predicted: Float[np.ndarray, "Q G K"]) -> Float[np.ndarray, "Q G G"]:
    """Which move it is, one-hot, and nothing else."""
    views, moves, _ = predicted.shape
    return np.broadcast_to(np.eye(moves), (views, moves, moves))


def move_features(predicted: Float[np.ndarray, "Q G K"]) -> Float[np.ndarray, "Q G F"]:
    """Which move it is, from where it is made, and its votes.

    Args:
        predicted: shares of the votes on what each move is predicted to show; NaN where a view
            cannot make it. Which moves it can make tells where the view is from.
    """
    moves, possible = which_move(predicted), np.isfinite(predicted[..., 0])
    from_here = (moves[..., None] * possible[:, None, None]).reshape(*moves.shape[:2], -1)
    first, second = np.sort(predicted, axis=-1)[..., :-3:-1].transpose(2, 0, 1)
    votes = np.stack([agreement(predicted), first, first - second], axis=-1)
    return np.concatenate([moves, from_here, votes], axis=-1)


def move_utility(
    labelled: Float[np.ndarray, "L G K"],
    correct: Float[np.ndarray, "L G"],
    asked: Float[np.ndarray, "Q G K"],
    describe: Callable[[np.ndarray], np.ndarray],
) -> Float[np.ndarray, "Q G"]:
    """How much likelier the votes are correct after each move than after the others of its view.

    Minus infinity where a view cannot make it.

    Args:
        labelled: shares of the votes on what was predicted, of labelled views.
        correct: whether what was then seen was classified correctly (1 or 0).
        asked: the shares for the views whose move is to be chosen.
        describe: numbers of each move, from such shares: ``move_features`` or ``which_move``.
    """
    made, possible = np.isfinite(labelled[..., 0]), np.isfinite(asked[..., 0])
    utility = np.full(possible.shape, -np.inf)
    if not made.any():  # nothing could be learned: no move is known to be better
        return np.where(possible, 0, utility)
    gained = _within_view(correct[..., None], made)[made]
    model = make_pipeline(StandardScaler(with_mean=False), Ridge(SHRINKAGE))
    model.fit(_within_view(describe(labelled), made)[made], gained[:, 0])
    utility[possible] = model.predict(_within_view(describe(asked), possible)[possible])
    return utility


def _within_view(
    numbers: Float[np.ndarray, "Q G F"], made: Bool[np.ndarray, "Q G"]
) -> Float[np.ndarray, "Q G F"]:
    """The numbers of each move without their mean over the moves that the view can make."""
    ours = np.where(made[..., None], numbers, 0)
    count = np.maximum(made.sum(axis=1), 1)[:, None, None]
    return ours - ours.sum(axis=1, keepdims=True) / count
