"""``view``: look at what a dataset holds, episode by episode."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError


@dataclass(frozen=True)
class ViewConfig(Bounded):
    """Look at a dataset in Rerun, or write a gallery that a browser opens from disk."""

    data: Annotated[str, Positional]
    """Folder of the dataset."""
    html: Path | None = None
    """Folder for a gallery that needs no server and no network; one from before is replaced."""
    save: Path | None = None
    """File for a recording (.rrd) instead of the window of Rerun."""
    limit: Annotated[int | None, Within(1, 10**9)] = None
    """Show the first so many only: interactions of a tabletop, drives of rooms, objects of a
    turntable."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.html is not None and self.save is not None:
            raise UserError("--html writes a gallery and --save a recording: choose one of them.")


def run_view(config: ViewConfig) -> None:
    """Write a gallery or a recording, or open the window of Rerun.

    Raises:
        UserError: for no dataset, a damaged one, a place that cannot be written, and where Rerun
            is wanted and is not installed or has no display.
    """
    from embodied_ssl.data.dataset import Dataset

    if config.html is None:
        check_rerun(window=config.save is None)
    dataset = Dataset.open(config.data)
    dataset.say_if_part()
    if config.html is not None:
        from embodied_ssl.viewing.gallery import write_gallery

        write_gallery(dataset, config.html, config.limit)
    else:
        from embodied_ssl.viewing.recording import save_recording, show_recording

        if config.save is not None:
            save_recording(dataset, config.save, config.limit)
        else:
            show_recording(dataset, config.limit)


def check_rerun(window: bool) -> None:
    """UserError where Rerun is not installed, or its ``window`` has nowhere to open."""
    if find_spec("rerun") is None:
        raise UserError(
            "the window and recordings need Rerun: pip install 'embodied-ssl[view]'; a gallery, "
            "with --html DIR, needs nothing more."
        )
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    if window and sys.platform.startswith("linux") and not any(map(os.environ.get, displays)):
        raise UserError(
            "there is no display for the window: write a recording with --save FILE.rrd, or a "
            "gallery with --html DIR."
        )
