"""What the nearest neighbours of wrong categories have in common with the query: looks or nothing?

With the query's own object left out of the gallery. Data collected with ``--descriptions`` say the
main colour and the material of each object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from embodied_ssl.figures import Row, Table

Shares = dict[str, dict[str, float]]
PARTS = {"neighbours": "neighbours", "expected": "all"}


def shared(
    similarity: Float[np.ndarray, "Q G"],
    wrong: Bool[np.ndarray, "Q G"],
    own: Bool[np.ndarray, "Q G"],
    same: Mapping[str, Bool[np.ndarray, "Q G"]],
) -> Shares:
    """How often the nearest neighbour, where it is wrong, shares something with the query.

    Args:
        similarity: of queries and gallery.
        wrong: whether an item has another category than the query.
        own: whether it shows the query's own object; such items are left out.
        same: for each thing whether item and query share it.

    Returns:
        for each thing ``neighbours``, the share among wrong nearest neighbours, and ``expected``,
        the share among all wrong items of the same queries; empty where no neighbour is wrong.
    """
    if not similarity.size:
        return {}
    first = np.where(own, -np.inf, similarity).argmax(axis=1)
    queries = np.flatnonzero(wrong[np.arange(len(first)), first])
    if not len(queries):
        return {}
    others = wrong[queries]
    return {
        thing: {
            "neighbours": float(alike[queries, first[queries]].mean()),
            "expected": float(((alike[queries] & others).sum(1) / others.sum(1)).mean()),
        }
        for thing, alike in same.items()
    }


def shared_table(models: Mapping[str, dict[str, Any]], names: Mapping[str, str]) -> Table | None:
    """A row a model; nothing where the data say nothing of looks.

    Args:
        models: name -> its numbers.
        names: as they are shown.
    """
    told = {name: model["wrong"] for name, model in models.items() if model.get("wrong")}
    if not told:
        return None
    things = list(dict.fromkeys(thing for of in told.values() for thing in of))

    def cells(of: Shares) -> tuple[str, ...]:
        return tuple(
            f"{of[thing][part]:.3f}" if thing in of else "n/a" for thing in things for part in PARTS
        )

    return Table(
        tuple(PARTS.values()) * len(things),
        tuple(Row(names[name], cells(of)) for name, of in told.items()),
        groups=tuple(f"the query's {thing}" for thing in things),
        caption="of the nearest neighbours that have another category, own object left out, the "
        "share that has the query's colour or material, and the share of all such images",
    )
