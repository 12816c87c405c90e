"""What a user may ask of a replay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional

from embodied_ssl.errors import UserError

FILMS = (".mp4", ".webp", ".gif")


@dataclass(frozen=True)
class ReplayConfig:
    """Simulate stored data again and compare, byte for byte."""

    data: Annotated[str, Positional]
    """Folder of the dataset."""
    episode: int | None = None
    """Which one, counted from 0 as the amount of the dataset is: an interaction (a row) of the
    tabletop, a drive through a room, an object on the turntable with all its views."""
    verify: bool = False
    """Without --episode: simulate and compare every shard."""
    video: Path | None = None
    """Film the episode into this file, .mp4, .webp or .gif."""
    gui: bool = False
    """Show the episode in Bullet's own window, in real time."""

    def __post_init__(self):
        if self.episode is None and (self.video or self.gui):
            shown = "--video" if self.video else "--gui"
            raise UserError(f"{shown} shows one episode: name it with --episode K.")
        if self.episode is None and not self.verify:
            raise UserError("name what to replay: --episode K, or --verify for every shard.")
        if self.video and self.video.suffix.lower() not in FILMS:
            raise UserError(f"--video {self.video} must end in {', '.join(FILMS)}.")
