"""The size at which models see images: that at which they learned, unless told otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.results import short_names
from embodied_ssl.training.runs import RunInfo, load_run

PHOTOS = "folder:"


def trained_size(runs: Sequence[str], source: str) -> int | None:
    """The size of the frames that all runs were trained with; None if there are none.

    One size for a whole table, because numbers at different sizes do not compare models.

    Args:
        runs: their folders.
        source: the data to evaluate on; of a run in several worlds the size in this one counts.

    Raises:
        UserError: for runs of different sizes, and for one that saw several.
    """
    if not runs:
        return None
    world = None if source.startswith(PHOTOS) else open_source(source).env
    sizes = {run: frame_sizes(load_run(run), world) for run in runs}
    seen = sorted(set().union(*sizes.values()))
    if len(seen) > 1:
        names = short_names(runs)
        each = (f"{names[run]} at {' and '.join(map(str, sorted(s)))}" for run, s in sizes.items())
        raise UserError(
            f"the runs were trained on images of different sizes, {', '.join(each)} pixels: say "
            "--image-size."
        )
    return seen[0] if seen else None


def frame_sizes(info: RunInfo, world: str | None = None) -> set[int]:
    """Sides of the frames, before crops were cut out of them."""
    if info.train.get("image_size"):
        return {info.train["image_size"]}
    found = {name: data.get("image_size") for name, data in info.datasets.items()}
    if found.get(world):
        return {found[world]}
    return {size for size in found.values() if size}
