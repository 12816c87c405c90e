"""The clips of a turntable: each the views of an object."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from embodied_ssl.worlds.clips import Clip, Frame
from embodied_ssl.worlds.episode_clips import category_of, images_of

VIEW_SECONDS = 0.5  # that a view is shown


def turntable_clips(rows: list[dict[str, Any]]) -> Iterator[Clip]:
    """A clip for each object, the camera going round it at one elevation after the other."""
    ordered = sorted(rows, key=lambda row: (row["episode"], row["elevation"], row["azimuth"]))
    for episode, ours in groupby(ordered, key=lambda row: row["episode"]):
        yield _object(episode, list(ours))


def _object(episode: int, rows: list[dict[str, Any]]) -> Clip:
    first = rows[0]
    frames = tuple(
        Frame(image, "camera", number * VIEW_SECONDS, _view(row))
        for number, row in enumerate(rows)
        for image in images_of(row["image"])
    )
    elevations = sorted({row["elevation"] for row in rows})
    return Clip(
        f"episode-{episode}",
        category_of(first) or "object",
        frames,
        note=f"{len(rows)} views",
        labels={"category": category_of(first), "split": first["split"]},
        numbers={
            "object": first["instance"],
            "views": str(len(rows)),
            "for the gallery": str(sum(row["role"] == "gallery" for row in rows)),
            "for queries": str(sum(row["role"] == "query" for row in rows)),
            "elevations": ", ".join(f"{each:.0f}°" for each in elevations),
        },
    )


def _view(row: dict[str, Any]) -> str:
    return f"{row['azimuth']:.0f}° round, {row['elevation']:.0f}° up, {row['role']}"
