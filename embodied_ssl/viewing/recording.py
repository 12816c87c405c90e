"""A dataset as a recording of Rerun: frames, poses and curves of all clips on one timeline."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.outputs import check_output
from embodied_ssl.screen_text import printable
from embodied_ssl.viewing.layout import blueprint
from embodied_ssl.viewing.reading import clips_of, world_of
from embodied_ssl.viewing.rerun_frames import log_frame, log_way
from embodied_ssl.worlds.clips import Clip, Plot

if TYPE_CHECKING:
    from rerun import RecordingStream

TIME, CLIP = "time", "clip"
"""The timelines: seconds, one clip after the other, and the number of the clip."""
PAUSE = 1.0  # seconds from the last of a clip to the next one
LINE_COLOURS = ("#3b82c4", "#d9822b", "#3d9a5f", "#b0529c", "#8a6d3b", "#6a6fd1")


@dataclass
class Shown:
    """What a recording has, for its layout."""

    cameras: dict[str, bool] = field(default_factory=dict)
    """Camera -> whether its pose is known."""
    plots: dict[str, str] = field(default_factory=dict)
    """Title -> unit."""


def save_recording(dataset: Dataset, out: Path, limit: int | None = None) -> None:
    """Write a recording, whole or not at all, and say where it is.

    Raises:
        UserError: for a damaged shard, nothing to show, and a place that cannot be written.
    """
    target = check_output(out, "--save", dataset.files)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name[:40]}.{os.getpid()}.tmp")
    recording = open_recording(dataset)
    try:
        recording.save(draft)
        count = log_clips(recording, dataset, limit)
        recording.disconnect()
        os.replace(draft, target)
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror or error}.") from error
    finally:
        recording.disconnect()
        draft.unlink(missing_ok=True)
    print(f"wrote {printable(out)}: {count:,} {world_of(dataset).clips_are}")


def show_recording(dataset: Dataset, limit: int | None = None) -> None:
    """Open the window of Rerun, which shows what has been read so far."""
    recording = open_recording(dataset)
    recording.spawn()
    log_clips(recording, dataset, limit)
    recording.flush()


def open_recording(dataset: Dataset) -> RecordingStream:
    """An empty recording; that of the same data has the same id."""
    from rerun import RecordingStream

    recording = RecordingStream("embodied-ssl", recording_id=dataset.fingerprint)
    recording.send_recording_name(printable(f"{dataset.path.resolve().name}: {dataset.env}"))
    return recording


def log_clips(recording: RecordingStream, dataset: Dataset, limit: int | None = None) -> int:
    """Record the clips one after another; how many they are.

    Raises:
        UserError: for a damaged shard, and where there is nothing to show.
    """
    begins, number, shown = 0.0, 0, Shown()
    for clip in clips_of(dataset, limit):
        before = (len(shown.cameras), len(shown.plots))
        log_clip(recording, clip, number, begins, shown)
        if before != (len(shown.cameras), len(shown.plots)):
            recording.send_blueprint(blueprint(shown.cameras, shown.plots))
        begins += lasts(clip) + PAUSE
        number += 1
    if not number:
        raise UserError(f"{dataset.path} holds nothing to show.")
    return number


def lasts(clip: Clip) -> float:
    """Seconds from the beginning of a clip to the last that it shows."""
    ends = [frame.seconds for frame in clip.frames]
    ends += [plot.begins + float(plot.seconds[-1]) for plot in clip.plots if len(plot.seconds)]
    return max(ends, default=0.0)


def log_clip(
    recording: RecordingStream, clip: Clip, number: int, begins: float, shown: Shown
) -> None:
    """Record a clip.

    Args:
        recording: to which it is added.
        clip: what is recorded.
        number: of the clip among all.
        begins: seconds at which it begins.
        shown: what the recording has; what is new in this clip is added.
    """
    import rerun as rr

    recording.set_time(CLIP, sequence=number)
    recording.set_time(TIME, duration=begins)
    for entity in ("world", "plots"):  # what the clip before left
        recording.log(entity, rr.Clear(recursive=True))
    recording.log("about", rr.TextDocument(about(clip), media_type="text/markdown"))
    log_way(recording, clip)
    cameras: set[str] = set()
    for frame in clip.frames:
        recording.set_time(TIME, duration=begins + frame.seconds)
        log_frame(recording, frame, first=frame.camera not in cameras)
        cameras.add(frame.camera)
        known = shown.cameras.get(frame.camera, False)
        shown.cameras[frame.camera] = known or frame.pose is not None
    for plot in clip.plots:
        log_plot(recording, plot, number, begins, new=plot.title not in shown.plots)
        shown.plots[plot.title] = plot.unit


def log_plot(recording: RecordingStream, plot: Plot, number: int, begins: float, new: bool) -> None:
    """Record the lines of a plot, each as an entity; ``new`` ones get their names and colours."""
    import rerun as rr

    for place, (name, values) in enumerate(plot.lines.items()):
        entity = rr.new_entity_path(["plots", plot.title, name])
        known = np.isfinite(values)
        seconds = begins + plot.begins + np.asarray(plot.seconds, float)[known]
        if new:
            colour = LINE_COLOURS[place % len(LINE_COLOURS)]
            line = rr.SeriesLines(names=printable(name), colors=colour_of(colour))
            recording.log(entity, line, static=True)
        times = rr.TimeColumn(TIME, duration=seconds)
        clips = rr.TimeColumn(CLIP, sequence=np.full(len(seconds), number))
        recording.send_columns(
            entity, [times, clips], rr.Scalars.columns(scalars=np.asarray(values, float)[known])
        )


def colour_of(text: str) -> tuple[int, ...]:
    """Red, green and blue of #rrggbb."""
    return tuple(bytes.fromhex(text.removeprefix("#")))


def about(clip: Clip) -> str:
    """What there is to say of a clip, as Markdown in which names are but names."""
    told = {"": clip.note, **clip.labels, **clip.numbers}
    lines = [f"| {literal(name)} | {literal(value)} |" for name, value in told.items() if value]
    table = ["| | |", "|---|---|", *lines] if lines else []
    return "\n".join([f"# {literal(clip.title)}", "", f"`{printable(clip.name)}`", "", *table])


def literal(text: str) -> str:
    """A text that Markdown shows as it stands."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~" else c for c in printable(text))
