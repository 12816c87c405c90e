"""Recall@k: the share of queries with a correct item among their k nearest of the gallery."""

from __future__ import annotations

import numpy as np

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.intervals import interval

RANKS = (1, 5, 10, 20)
"""The k of recall@k."""
LEVELS = {
    "instance": "instance",
    "category": "category",
    "category_without_own": "category, not own",
}
"""What counts as correct, with its title."""


def normalized(vectors: np.ndarray) -> np.ndarray:
    """Rows (N, D) scaled to unit length; a row of zeros stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, np.finfo(np.float32).tiny)


def cosine(queries: np.ndarray, gallery: np.ndarray) -> np.ndarray:
    """Cosine similarity (Q, G) of every query (Q, D) with every item (G, D)."""
    return normalized(queries) @ normalized(gallery).T


def first_hit(
    similarity: np.ndarray, positive: np.ndarray, ignored: np.ndarray | None = None
) -> np.ndarray:
    """How many items of the gallery come before the first correct one.

    Among equally similar items the one with the smaller index comes first.

    Args:
        similarity: (Q, G).
        positive: (Q, G) bool, the item is correct for the query.
        ignored: (Q, G) bool, the item is not in this query's gallery.

    Returns:
        (Q,) int64, 0 when the nearest item is correct; -1 for a query without any correct item.

    Raises:
        UserError: for similarities that are not numbers, by which nothing can be ordered.
    """
    if np.isnan(similarity).any():
        raise UserError("similarities are not numbers: the features are not finite.")
    if ignored is not None:
        positive = positive & ~ignored
        similarity = np.where(ignored, -np.inf, similarity)
    best = np.where(positive, similarity, -np.inf).argmax(axis=1)
    highest = np.take_along_axis(similarity, best[:, None], axis=1)
    earlier = np.arange(similarity.shape[1]) < best[:, None]
    before = (similarity > highest) | ((similarity == highest) & earlier)
    return np.where(positive.any(axis=1), before.sum(axis=1), -1)


def recall_at(hits: np.ndarray, ranks: tuple[int, ...] = RANKS) -> dict[str, float | None]:
    """``{"1": recall@1, ...}`` over the queries that have a correct item; None if none has."""
    hits = hits[hits >= 0]
    return {str(k): float((hits < k).mean()) if len(hits) else None for k in ranks}


def nearest(similarity: np.ndarray, count: int) -> np.ndarray:
    """Indices (Q, count) of the most similar items, nearest first."""
    return np.argsort(-similarity, axis=1, kind="stable")[:, :count]


def recalls(
    similarity: np.ndarray,
    queries: tuple[np.ndarray, np.ndarray],
    gallery: tuple[np.ndarray, np.ndarray],
) -> dict[str, dict[str, float | None]]:
    """Recall@k of one similarity matrix at the three levels of the benchmark.

    Args:
        similarity: (Q, G).
        queries: category (Q,) and instance (Q,) of the queries.
        gallery: category (G,) and instance (G,) of the gallery.

    Returns:
        for ``instance``, ``category`` and ``category_without_own`` (the query's own instance is
        taken out of its gallery) the recall at each k, ``queries``, how many had a correct item,
        and ``low`` and ``high``, the 95 % interval of recall@1 over the queries' objects.
    """
    same_category = queries[0][:, None] == gallery[0][None]
    same_instance = queries[1][:, None] == gallery[1][None]
    levels = {
        "instance": first_hit(similarity, same_instance),
        "category": first_hit(similarity, same_category),
        "category_without_own": first_hit(similarity, same_category, ignored=same_instance),
    }
    return {
        level: recall_at(hits) | {"queries": int((hits >= 0).sum())} | _interval(hits, queries[1])
        for level, hits in levels.items()
    }


def _interval(hits: np.ndarray, instance: np.ndarray) -> dict[str, float | None]:
    known = hits >= 0
    if not known.any():
        return {"low": None, "high": None}
    low, high = interval(hits[known] == 0, instance[known], seed=0)
    return {"low": low, "high": high}


def share(value: float | None) -> str:
    """A share as papers print it: .372."""
    if value is None:
        return "-"
    return "1.00" if value >= 0.9995 else f"{value:.3f}".removeprefix("0")
