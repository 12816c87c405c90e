"""How Rerun lays out a recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from rerun.blueprint import Blueprint


def blueprint(cameras: Mapping[str, bool], plots: Mapping[str, str]) -> Blueprint:
    """Images at the left, large, curves below them, and at the right what there is to say.

    Args:
        cameras: each with whether its pose is known; where one is, the world is shown too.
        plots: the unit of each, by its title.
    """
    import rerun as rr
    import rerun.blueprint as rrb

    images = [
        rrb.Spatial2DView(origin=rr.new_entity_path(["world", camera]), name=printable(camera))
        for camera in cameras
    ]
    curves = [
        rrb.TimeSeriesView(
            origin=rr.new_entity_path(["plots", title]),
            name=printable(f"{title}, {unit}" if unit else title),
        )
        for title, unit in plots.items()
    ]
    world = [rrb.Spatial3DView(origin="/world", name="world")] if any(cameras.values()) else []
    upper = rrb.Horizontal(*world, _grid(images))
    left = rrb.Vertical(upper, rrb.Horizontal(*curves), row_shares=[3, 1]) if curves else upper
    about = rrb.TextDocumentView(origin="/about", name="about")
    return rrb.Blueprint(
        rrb.Horizontal(left, about, column_shares=[4, 1]),
        rrb.TimePanel(timeline="time"),
        collapse_panels=True,
    )


def _grid(images: list):
    import rerun.blueprint as rrb

    return images[0] if len(images) == 1 else rrb.Grid(*images)
