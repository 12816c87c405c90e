"""What a move of the camera is worth: how likely the votes after it are right.

Votes that agree need not be right: some moves bring more that is new than others, and a view may
look like many things. So it is learned from labelled objects, each looked at with the help of the
others only, how the votes on what was foretold go with being right about what was then seen.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from sklearn.linear_model import LogisticRegression


def agreement(shares: Float[np.ndarray, "*Q K"]) -> Float[np.ndarray, " *Q"]:
    """How far votes agree: minus their entropy, 0 where all are for one kind."""
    return np.sum(shares * np.log(np.maximum(shares, 1e-9)), axis=-1)


def evidence(foretold: Float[np.ndarray, "Q G K"]) -> Float[np.ndarray, "Q G F"]:
    """What speaks for each move: which it is, and how its votes compare with those of the others.

    Args:
        foretold: shares of the votes on what each move is foretold to show; NaN where a view
            cannot make it.
    """
    first, second = np.sort(foretold, axis=-1)[..., :-3:-1].transpose(2, 0, 1)
    votes = np.stack([agreement(foretold), first, first - second], axis=-1)
    votes = votes - np.nanmean(votes, axis=1, keepdims=True)
    moves = np.broadcast_to(np.eye(foretold.shape[1]), (*foretold.shape[:2], foretold.shape[1]))
    return np.concatenate([moves, votes], axis=-1)


def move_values(
    practised: Float[np.ndarray, "L G K"],
    right: Float[np.ndarray, "L G"],
    asked: Float[np.ndarray, "Q G K"],
) -> Float[np.ndarray, "Q G"]:
    """The probability of being right after each move, minus infinity where a view cannot make it.

    Args:
        practised: shares of the votes on what was foretold, of labelled views.
        right: whether what was then seen was classified rightly (1 or 0).
        asked: the shares for the views whose move is to be chosen.
    """
    made, possible = np.isfinite(practised[..., 0]), np.isfinite(asked[..., 0])
    values = np.full(possible.shape, -np.inf)
    if len(np.unique(right[made])) < 2:  # always right or never: nothing to learn, votes decide
        return np.where(possible, agreement(asked), values)
    model = LogisticRegression(max_iter=500).fit(evidence(practised)[made], right[made])
    values[possible] = model.predict_proba(evidence(asked)[possible])[:, 1]
    return values
