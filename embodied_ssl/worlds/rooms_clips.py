"""The clips of rooms: each a drive through a room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from embodied_ssl.worlds.clips import Clip, Frame, Plot
from embodied_ssl.worlds.episode_clips import category_of, images_of, pose_of, times


def rooms_clips(rows: list[dict[str, Any]]) -> Iterator[Clip]:
    """A clip for each episode."""
    ordered = sorted(rows, key=lambda row: (row["episode"], row["step"]))
    for episode, ours in groupby(ordered, key=lambda row: row["episode"]):
        yield drive(episode, list(ours))


def drive(episode: int, rows: list[dict[str, Any]]) -> Clip:
    """The frames of a drive with the poses of its camera, and how it was asked to move and did."""
    seconds = times(rows)
    frames = tuple(
        Frame(
            image,
            "camera",
            float(at),
            "bumped" if row["bumped"] else "",
            pose=pose_of(row),
            fov=row["fov"],
        )
        for row, at in zip(rows, seconds, strict=True)
        for image in images_of(row["image"])
    )
    action = np.asarray([row["action"] for row in rows], float)
    odometry = np.asarray([row["odometry"] for row in rows], float)
    frame_time = np.median(np.diff(seconds)) if len(rows) > 1 else 1.0
    speed = {"asked for": action[:, 0], "driven": odometry[:, 0] / frame_time}
    turn = {"asked for": action[:, 1], "turned": odometry[:, 2] / frame_time}
    metres, bumps = np.abs(odometry[:, 0]).sum(), sum(row["bumped"] for row in rows)
    return Clip(
        f"episode-{episode}",
        category_of(rows[0]) or "room",
        frames,
        note=f"{metres:.1f} m in {seconds[-1]:.0f} s",
        labels={
            "category": category_of(rows[0]),
            "split": rows[0]["split"],
            "bumped": "yes" if bumps else "no",
        },
        numbers={
            "room": rows[0]["instance"],
            "frames": str(len(rows)),
            "way": f"{metres:.2f} m",
            "turned": f"{np.degrees(np.abs(odometry[:, 2]).sum()):.0f}°",
            "bumps": str(bumps),
            "field of view": f"{rows[0]['fov']:.1f}°",
        },
        plots=(
            Plot("speed ahead", "m/s", seconds, speed),
            Plot("turn rate", "rad/s", seconds, turn),
        ),
    )
