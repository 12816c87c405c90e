"""The sections about runs: training curves, and what the method draws of what it learned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.results import short_names
from embodied_ssl.figures import Figure, Listing, Section
from embodied_ssl.methods import load_method_class
from embodied_ssl.report.curves import curves
from embodied_ssl.report.features import feature_figures
from embodied_ssl.report.found import find_source
from embodied_ssl.report.origins import origin_of_folder
from embodied_ssl.training.checkpoint import METRICS, RUN
from embodied_ssl.training.metrics import read_log
from embodied_ssl.training.runs import load_method, load_run, stored_run


def trained(runs: Sequence[Path], seed: int = 0, root: Path | None = None) -> Section:
    """The section about some runs, each shown once; ``root`` as for ``run_section``."""
    folders = {run.resolve(): run for run in reversed(runs)}
    names = short_names([str(folder) for folder in folders])
    shown = [
        run_section(run, seed, names[str(folder)], root)
        for folder, run in reversed(folders.items())
    ]
    return Section("Runs", tuple(shown), menu="Runs")


def run_section(run: Path, seed: int = 0, title: str = "", root: Path | None = None) -> Section:
    """What a run is, a chart for each number that training logged, and what its method draws.

    Args:
        run: its folder.
        seed: of what is drawn at random.
        title: the folder's name by default.
        root: folder to which the paths of its data are relative, if it is known.

    Raises:
        UserError: when the folder is no run, or its settings are damaged.
    """
    if not (run / RUN).is_file():
        raise UserError(f"{run} is no run: it has no {RUN}.")
    settings = stored_run(run)
    logged, damaged = read_log(run / METRICS)
    charts = curves(logged)
    once = (
        "Numbers were logged but once, which makes no curve." if logged else "Nothing was logged."
    )
    said = "" if charts else once
    if damaged:
        said += f" {damaged:,} lines of {METRICS} are damaged and left out."
    method = str(settings.get("method", ""))
    listing = Listing(json.dumps(settings, indent=2, ensure_ascii=False))
    return Section(
        title or run.name,
        (
            Section("", tuple(charts), said.strip(), layout="small"),
            *method_figures(run, method, seed, root),
            Section("Settings", (listing,), folded=True),
        ),
        origin=origin_of_folder(f"train {method}", run, settings.get("commit")),
    )


def method_figures(run: Path, method: str, seed: int, root: Path | None = None) -> list[Figure]:
    """What the method draws of what it learned from the data that it was trained on, and what its
    features are about.

    A run may be shown while it has no checkpoint yet, or when its data are gone: there is only the
    reason then.
    """
    try:
        load_method_class(method)
    except UserError:  # of a version or a package that is not here: the curves are still shown
        return []
    try:
        info, caches = load_run(run), {}
        for world, data in info.datasets.items():
            dataset = open_source(find_source(data["path"], run, root))
            if dataset.fingerprint != data["fingerprint"]:
                raise UserError(f"{data['path']} is not as it was trained on.")
            caches[world] = dataset.cache(info.train.get("image_size"))
        learned = load_method(run).eval()
        features = feature_figures(learned.exported, caches, seed)
    except UserError as error:
        return [_not_shown(error)]
    try:
        return [*learned.figures(caches, seed), *features]
    except UserError as error:  # such as too few unseen objects
        return [_not_shown(error), *features]


def _not_shown(error: UserError) -> Section:
    return Section("What it learned", (), f"Not shown: {error}")
