"""What a move of the camera is worth: how much likelier than after another the votes are right.

Votes that agree need not be right: some moves bring more that is new than others, and a view may
look like many things. So it is learned from labelled objects, each looked at with the help of the
others only, how what speaks for a move goes with being right about what was then seen.

Only the moves of one view are compared with one another. Views differ in how hard they are and in
where the camera can go from them; a move that hard views alone can make is none the worse for it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SHRINKAGE = 100.0  # as if each number had been seen so many times to tell nothing


def agreement(shares: Float[np.ndarray, "*Q K"]) -> Float[np.ndarray, " *Q"]:
    """How far votes agree: minus their entropy, 0 where all are for one kind."""
    return np.sum(shares * np.log(np.maximum(shares, 1e-9)), axis=-1)


def which_move(foretold: Float[np.ndarray, "Q G K"]) -> Float[np.ndarray, "Q G G"]:
    """Which move it is, one-hot, and nothing else."""
    views, moves, _ = foretold.shape
    return np.broadcast_to(np.eye(moves), (views, moves, moves))


def evidence(foretold: Float[np.ndarray, "Q G K"]) -> Float[np.ndarray, "Q G F"]:
    """What speaks for each move: which it is, from where it is made, and its votes.

    Args:
        foretold: shares of the votes on what each move is foretold to show; NaN where a view
            cannot make it. Which moves it can make tells where the view is from.
    """
    moves, possible = which_move(foretold), np.isfinite(foretold[..., 0])
    from_here = (moves[..., None] * possible[:, None, None]).reshape(*moves.shape[:2], -1)
    first, second = np.sort(foretold, axis=-1)[..., :-3:-1].transpose(2, 0, 1)
    votes = np.stack([agreement(foretold), first, first - second], axis=-1)
    return np.concatenate([moves, from_here, votes], axis=-1)


def move_values(
    practised: Float[np.ndarray, "L G K"],
    right: Float[np.ndarray, "L G"],
    asked: Float[np.ndarray, "Q G K"],
    known: Callable[[np.ndarray], np.ndarray],
) -> Float[np.ndarray, "Q G"]:
    """What each move is worth beside the others of its view: how much likelier it is that the
    votes are right. Minus infinity where a view cannot make it.

    Args:
        practised: shares of the votes on what was foretold, of labelled views.
        right: whether what was then seen was classified rightly (1 or 0).
        asked: the shares for the views whose move is to be chosen.
        known: what is known of each move, from such shares: ``evidence`` or ``which_move``.
    """
    made, possible = np.isfinite(practised[..., 0]), np.isfinite(asked[..., 0])
    values = np.full(possible.shape, -np.inf)
    if not made.any():  # nothing could be practised: no move is known to be worth more
        return np.where(possible, 0, values)
    gained = _within_view(right[..., None], made)[made]
    model = make_pipeline(StandardScaler(with_mean=False), Ridge(SHRINKAGE))
    model.fit(_within_view(known(practised), made)[made], gained[:, 0])
    values[possible] = model.predict(_within_view(known(asked), possible)[possible])
    return values


def _within_view(
    numbers: Float[np.ndarray, "Q G F"], made: np.ndarray
) -> Float[np.ndarray, "Q G F"]:
    """The numbers of each move without their mean over the moves that the view can make."""
    ours = np.where(made[..., None], numbers, 0)
    count = np.maximum(made.sum(axis=1), 1)[:, None, None]
    return ours - ours.sum(axis=1, keepdims=True) / count
