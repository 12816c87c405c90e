"""Does a motion move the features alike wherever it happens? The z(gx) - z(x) of many rooms."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.decomposition import PCA

from embodied_ssl.evaluation.recall import normalized

SHOWN = 120  # pairs of each motion
COMPARED = 1000  # pairs of each motion
NEIGHBOURS = 10


def displacements(
    z: Float[np.ndarray, "N D"],
    pairs: dict[str, Int[np.ndarray, "P 2"]],
    rooms: np.ndarray,
    seed: int = 0,
) -> dict[str, Any]:
    """Where each motion moves the features, in two dimensions, and how much alike.

    Args:
        z: features of all frames.
        pairs: motion -> rows before and after it.
        rooms: (N,) the name of each frame's room.
        seed: of the choice of pairs.

    Returns:
        ``points``: motion -> (x, y) of some displacements along their two principal axes, no
        change at (0, 0); ``variance``: the share of their variance that these axes hold;
        ``alike``: as ``alike`` gives it.
    """
    rng = np.random.default_rng(seed)
    count = min(COMPARED, *map(len, pairs.values()))  # no motion counts for more than another
    chosen = {name: rng.permutation(rows)[:count] for name, rows in pairs.items()}
    moved = {name: z[rows[:, 1]] - z[rows[:, 0]] for name, rows in chosen.items()}
    shown = {name: vectors[:SHOWN] for name, vectors in moved.items()}
    axes = PCA(2, random_state=seed).fit(np.concatenate(list(shown.values())))
    return {
        # Not centred: that the origin means no change is the point of the picture.
        "points": {name: (v @ axes.components_.T).tolist() for name, v in shown.items()},
        "variance": float(axes.explained_variance_ratio_.sum()),
        "alike": alike(moved, {name: rooms[rows[:, 0]] for name, rows in chosen.items()}),
    }


def alike(moved: dict[str, Float[np.ndarray, "P D"]], rooms: dict[str, np.ndarray]) -> float | None:
    """Whether the displacements nearest to one, by cosine, are of its motion: the mean share.

    Only those in other rooms are neighbours: pairs of one drive share what they see, so any
    features would be moved alike. By chance it is 1 / the number of motions, if there are as many
    displacements of each; None where a displacement has too few others.

    Args:
        moved: motion -> its displacements.
        rooms: motion -> (P,) the room of each.
    """
    vectors = normalized(np.concatenate(list(moved.values())))
    motion = np.repeat(np.arange(len(moved)), [len(v) for v in moved.values()])
    room = np.concatenate(list(rooms.values()))
    cosine = np.where(room[:, None] == room, -np.inf, vectors @ vectors.T)
    if np.isfinite(cosine).sum(axis=1).min() < NEIGHBOURS:
        return None
    nearest = np.argpartition(-cosine, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return float((motion[nearest] == motion[:, None]).mean())
