"""Does a motion displace features alike wherever it happens? The z(gx) - z(x) of many rooms."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.decomposition import PCA

from embodied_ssl.evaluation.embedding import principal
from embodied_ssl.evaluation.recall import normalized

SHOWN = 120  # pairs of each motion
COMPARED = 1000  # pairs of each motion
NEIGHBOURS = 10


def feature_displacement(
    z: Float[np.ndarray, "N D"],
    pairs: dict[str, Int[np.ndarray, "P 2"]],
    rooms: np.ndarray,
    seed: int = 0,
) -> dict[str, Any]:
    """Where each motion displaces the features, in two dimensions, and how consistently.

    Args:
        z: features of all frames.
        pairs: motion -> rows before and after it.
        rooms: (N,) the name of each frame's room.
        seed: of the choice of pairs.

    Returns:
        ``points``: motion -> (x, y) of some displacements along their two principal axes, no
        change at (0, 0); ``variance``: the share of their variance that these axes hold;
        ``neighbour_purity`` of all.
    """
    rng = np.random.default_rng(seed)
    count = min(COMPARED, *map(len, pairs.values()))  # no motion counts for more than another
    chosen = {name: rng.permutation(rows)[:count] for name, rows in pairs.items()}
    vectors = {name: z[rows[:, 1]] - z[rows[:, 0]] for name, rows in chosen.items()}
    shown = {name: each[:SHOWN] for name, each in vectors.items()}
    axes = principal(PCA(2, random_state=seed), np.concatenate(list(shown.values())))
    rooms_of = {name: rooms[rows[:, 0]] for name, rows in chosen.items()}
    return {
        # Not centred: that the origin means no change is the point of the picture.
        "points": {name: (v @ axes.components_.T).tolist() for name, v in shown.items()},
        "variance": float(np.nan_to_num(axes.explained_variance_ratio_.sum())),
        "neighbour_purity": neighbour_purity(vectors, rooms_of),
    }


def neighbour_purity(
    vectors: dict[str, Float[np.ndarray, "P D"]], rooms: dict[str, np.ndarray]
) -> float | None:
    """The share of the displacements nearest to one, by cosine, that are of its motion: the mean.

    Only those in other rooms are neighbours: pairs of one trajectory share what they see, so any
    features would be displaced alike. By chance it is 1 / the number of motions, if there are as
    many displacements of each; None where a displacement has too few others.

    Args:
        vectors: motion -> its displacements.
        rooms: motion -> (P,) the room of each.
    """
    unit = normalized(np.concatenate(list(vectors.values())))
    motion = np.repeat(np.arange(len(vectors)), [len(v) for v in vectors.values()])
    room = np.concatenate(list(rooms.values()))
    cosine = np.where(room[:, None] == room, -np.inf, unit @ unit.T)
    if np.isfinite(cosine).sum(axis=1).min() < NEIGHBOURS:
        return None
    nearest = np.argpartition(-cosine, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return float((motion[nearest] == motion[:, None]).mean())
