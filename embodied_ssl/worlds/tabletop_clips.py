"""The clips of a tabletop: each a grasp, a push, a poke or a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from embodied_ssl.worlds.clips import Clip, Frame, Mark, Plot
from embodied_ssl.worlds.episode_clips import category_of, images_of
from embodied_ssl.worlds.grasp_geometry import Segment, fingers
from embodied_ssl.worlds.tabletop import GRASP_ANGLES, TIME_STEP, TOUCH

if TYPE_CHECKING:
    from embodied_ssl.figures import Verdict

FRAME_SECONDS = 0.8  # that a frame is shown; the rows do not say when each was taken
LATER = ("wrist", "before", "after")  # than `overhead` and `around`, in the order of time
MIDDLE = Mark(((0.5, 0.5),))


def tabletop_clips(rows: list[dict[str, Any]], side: int) -> Iterator[Clip]:
    """A clip for each interaction.

    Args:
        rows: of a shard.
        side: pixels of an image's side.
    """
    for row in rows:
        yield interaction(row, side)


def interaction(row: Mapping[str, Any], side: int) -> Clip:
    """What the cameras saw of an interaction, where the hand acted, and what came of it."""
    label = row["object"] or {}
    category = category_of(label)
    outcome = {None: "", True: "held", False: "missed"}[row["success"]]
    labels = {
        "interaction": row["interaction"],
        "success": outcome,
        "category": category or "nothing",
        "split": row["split"],
    }
    cameras, frames = _frames(row, side)
    plot = force(row, FRAME_SECONDS * cameras.index("before")) if row["force"] else None
    return Clip(
        f"episode-{row['episode']}-{row['step']}",
        f"{row['interaction']}: {category or 'nothing'}",
        frames,
        f"episode-{row['episode']}",
        note_of(row),
        verdict_of(row),
        {name: text for name, text in labels.items() if text},
        dict(numbers(row)),
        (plot,) if plot else (),
        cameras.index("before") if "before" in cameras else 0,
    )


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """Whether a grasp held."""
    return {None: "", True: "right", False: "wrong"}[row["success"]]


def note_of(row: Mapping[str, Any]) -> str:
    """What came of it, in a few words."""
    if row["success"] is not None:
        return "held" if row["success"] else "missed"
    if row["displacement"]:
        return f"moved {100 * np.hypot(*row['displacement'][:2]):.1f} cm"
    if row["slope"] is not None:
        return f"{row['slope']:,.0f} N/s"
    views = len(images_of(row["views"]))
    return f"{views} view{'s' * (views != 1)}"


def numbers(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The action and its outcome, then the simulator's labels."""
    if row["pixel"]:
        yield "pixel", "({:.1f}, {:.1f})".format(*row["pixel"])
    if row["success"] is not None:
        yield "closing direction", f"{180 // GRASP_ANGLES * row['angle']}°"
    if row["push"]:
        u0, v0, u1, v1, height = row["push"]
        yield "pushed from", f"({u0:.2f}, {v0:.2f})"
        yield "pushed to", f"({u1:.2f}, {v1:.2f})"
        yield "fingertips at", f"{100 * height:.1f} cm"
    if row["displacement"]:
        dx, dy, turn = row["displacement"]
        yield "moved", f"({100 * dx:.1f}, {100 * dy:.1f}) cm"
        yield "turned", f"{np.degrees(turn):.0f}°"
    if row["force"]:
        yield "largest force", f"{max(row['force']):.1f} N"
    if row["slope"] is not None:
        yield "stiffness felt", f"{row['slope']:,.0f} N/s"
    if row["crop_width"]:
        yield "crop", f"{100 * row['crop_width']:.0f} cm across"
    if row["track"]:
        yield "track", row["track"]
    label = row["object"] or {}
    if label:
        yield "object", label["instance"]
        yield "material", label["material"]
        yield "mass", f"{1000 * label['mass']:.0f} g"
        yield "friction", f"{label['friction']:.2f}"
        yield "contact stiffness", f"{label['stiffness']:,.0f} N/m"


def _frames(row: Mapping[str, Any], side: int) -> tuple[list[str], tuple[Frame, ...]]:
    """The frames of a row in the order of time, and the camera of each."""
    around, views = images_of(row.get("around")), images_of(row["views"])
    found = [("overhead", "overhead", image) for image in images_of(row["overhead"])]
    found += [("around", f"side {k} of {len(around)}", image) for k, image in enumerate(around, 1)]
    found += [(name, name, image) for name in LATER for image in images_of(row[name])]
    found += [("lying", "as it lay", image) for image in images_of(row.get("lying"))]
    found += [("views", f"view {k} of {len(views)}", view) for k, view in enumerate(views, 1)]
    marks = {"overhead": (), "before": tuple(action_marks(row))}
    if row["pixel"]:
        u, v = row["pixel"]
        marks["overhead"] = (Mark((((u + 0.5) / side, (v + 0.5) / side),)),)
    frames = tuple(
        Frame(image, camera, number * FRAME_SECONDS, text, marks.get(camera, ()))
        for number, (camera, text, image) in enumerate(found)
    )
    return [camera for camera, _, _ in found], frames


def action_marks(row: Mapping[str, Any]) -> Iterator[Mark]:
    """Where the hand acts in the crop about the action."""
    if row["success"] is not None:
        fingers, line = grasp_lines(row["angle"], row["crop_width"])
        verdict = verdict_of(row)
        yield from (Mark(finger, verdict=verdict) for finger in fingers)
        yield Mark(line, verdict=verdict)
    elif row["push"]:
        ends = [0.5 + 0.5 * place for place in row["push"][:4]]
        yield Mark((tuple(ends[:2]), tuple(ends[2:])), arrow=True)
    elif row["force"]:
        yield MIDDLE


def grasp_lines(angle: int, crop_width: float) -> tuple[list[tuple], tuple]:
    """The two fingers and the line along which they close, in parts of the crop's side.

    Args:
        angle: which of the closing directions.
        crop_width: metres across the crop.
    """
    jaws, line = fingers(angle, crop_width)
    return [_in_parts(jaw) for jaw in jaws], _in_parts(line)


def _in_parts(segment: Segment) -> tuple:
    """The two ends of a segment in per cent."""
    left, top, right, bottom = (place / 100 for place in segment)
    return (left, top), (right, bottom)


def force(row: Mapping[str, Any], begins: float) -> Plot:
    """The force of a poke over time, and the line fitted to it from the first touch."""
    felt = np.asarray(row["force"], float)
    seconds = np.arange(len(felt)) * TIME_STEP
    touch = np.flatnonzero(felt > TOUCH)
    lines = {"force": felt}
    if len(touch) and row["slope"] is not None:
        since = seconds - seconds[touch[0]]
        lines["fitted line"] = np.where(since >= 0, row["slope"] * since + row["intercept"], np.nan)
    return Plot("force", "N", seconds, lines, begins)
