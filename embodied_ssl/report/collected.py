"""The sections about data sets, each in the way of its world."""

from __future__ import annotations

from typing import Any

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.report.rooms import rooms
from embodied_ssl.report.tabletop import tabletop

WORLDS = {"tabletop": ("Acted", tabletop), "rooms": ("Driven", rooms)}
"""env -> what the navigation calls it, and what its template shows."""


def collected(path: str, seed: int = 0) -> dict[str, Any]:
    """The section about a data set; ``env`` names its template.

    Raises:
        UserError: when there is none, or none of a world that is shown.
    """
    dataset = open_source(path)
    if dataset.env not in WORLDS:
        raise UserError(
            f"{path} was collected on the {dataset.env}: --data wants {' or '.join(WORLDS)}."
        )
    title, section = WORLDS[dataset.env]
    return {"path": path, "env": dataset.env, "title": title} | section(dataset, seed)
