"""A gallery of the clips of a dataset: a folder whose ``index.html`` a browser opens from disk.

``clips.js`` is the index, a few words of each clip, by which the page filters. What a page of the
gallery shows is loaded when it comes into view: ``sheets/00017.webp`` has the frames of some clips
and ``details/00017.js`` what there is to say of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.screen_text import printable
from embodied_ssl.viewing.folder import INDEX, SIGN, check_folder, fresh_folder
from embodied_ssl.viewing.index import Index
from embodied_ssl.viewing.plain import details, script
from embodied_ssl.viewing.reading import clips_of, world_of
from embodied_ssl.viewing.sheets import COLUMNS, LARGEST, Sheet

SCRIPTS = ("state", "filters", "pictures", "plots", "cards", "details", "start")


def write_gallery(dataset: Dataset, out: Path, limit: int | None = None) -> Path:
    """Write the gallery of a dataset and say where it is.

    Args:
        dataset: of any world.
        out: folder that is made; a gallery that is there is replaced.
        limit: of how many clips are shown at most, the first ones.

    Raises:
        UserError: for a folder that holds something else, a damaged shard, and nothing to show.
    """
    target = check_folder(out, dataset.path)
    world, index = world_of(dataset), Index()
    with fresh_folder(target) as folder:
        for name in ("sheets", "details"):
            (folder / name).mkdir()
        for number, sheet in enumerate(sheets(dataset, limit)):
            (folder / "sheets" / f"{number:05d}.webp").write_bytes(sheet.encoded())
            told = [details(clip, chosen) for clip, chosen in sheet.clips]
            (folder / "details" / f"{number:05d}.js").write_bytes(script("details", number, told))
            index.add(sheet)
        if not index.names:
            raise UserError(f"{dataset.path} holds nothing to show.")
        (folder / "clips.js").write_bytes(script("clips", index.plain(COLUMNS)))
        page = render(
            sign=Markup(SIGN),
            title=world.title,
            name=dataset.path.resolve().name,
            facts=facts(dataset, world.clips_are, len(index.names), limit),
            clips_are=world.clips_are,
        )
        (folder / INDEX).write_bytes(page.encode("utf-8", "replace"))
    print(f"wrote {printable(out / INDEX)}: {len(index.names):,} {world.clips_are}")
    return target


def sheets(dataset: Dataset, limit: int | None = None) -> Iterator[Sheet]:
    """The clips of a dataset, as many on a sheet as fit."""
    side = min(dataset.image_size, LARGEST)
    sheet = Sheet(side)
    for clip in clips_of(dataset, limit):
        if not sheet.has_room(clip):
            yield sheet
            sheet = Sheet(side)
        sheet.add(clip)
    if sheet.clips:
        yield sheet


def facts(dataset: Dataset, clips_are: str, shown: int, limit: int | None) -> list[str]:
    """What the page says of the dataset below its title."""
    size, seed = dataset.image_size, dataset.manifest.settings.get("seed")
    said = [f"{'the first ' * (shown == limit)}{shown:,} {clips_are}"]
    said += [f"images of {size} x {size} pixels"]
    said += [f"seed {seed}"] if seed is not None else []
    said += [] if dataset.whole else [f"a part: {dataset.manifest.amount}"]
    return said


def render(**content: Any) -> str:
    """The page, its style and its scripts in it."""
    folder = files("embodied_ssl.viewing")
    code = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return (
        _environment()
        .get_template("viewing/gallery.html.j2")
        .render(scripts=Markup("\n".join(code)), **content)
    )


@cache
def _environment() -> Environment:
    return Environment(
        finalize=lambda value: printable(value) if type(value) is str else value,
        loader=PackageLoader("embodied_ssl", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
