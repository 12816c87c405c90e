"""``report``: everything that was collected, learned and measured, on one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.results import short_names
from embodied_ssl.outputs import check_output, write_output
from embodied_ssl.progress import each
from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from embodied_ssl.figures import Section


@dataclass(frozen=True)
class ReportConfig:
    """Write one self-contained HTML page; it needs no network and no scripts."""

    data: tuple[str, ...] = ()
    """The datasets to show, of any world; also folder-video:PATH."""
    runs: tuple[Path, ...] = ()
    """Run folders whose training curves to show."""
    evaluations: tuple[Path, ...] = ()
    """JSON files written by evaluate."""
    out: Path = Path("report.html")
    """The page."""
    title: str = "Learning by acting"
    """Its heading."""
    seed: int = 0
    """Of the choice of samples."""
    root: Path | None = None
    """Folder to which the paths of data in runs and evaluations are relative; by default they are
    looked for around the run or the file, and in the folder where this is started."""

    def __post_init__(self):
        if self.seed < 0:
            raise UserError(f"--seed must not be negative, but is {self.seed}.")
        if self.root is not None and not self.root.is_dir():
            raise UserError(f"--root {self.root} is no folder.")


def run_report(config: ReportConfig) -> Path:
    """Write the page and say where it is.

    Raises:
        UserError: for a data set, run or evaluation that is not there or does not fit.
    """
    if not (config.data or config.runs or config.evaluations):
        raise UserError("nothing to report: name --data, --runs or --evaluations.")
    check_output(config.out, inputs=config.evaluations)
    from embodied_ssl.report.html import render
    from embodied_ssl.report.origins import own_origin

    found = sections(config)
    menu = distinct([section.menu for section in found.values()], subjects(config))
    page = render(
        "page.html.j2", title=config.title, sections=found, menu=menu, origin=own_origin()
    )
    write_output(config.out, page.encode("utf-8", "replace"))
    print(f"wrote {printable(config.out)}")
    return config.out


def subjects(config: ReportConfig) -> list[str]:
    """What each section is about, in their order."""
    runs = ["runs"] if config.runs else []
    return [*config.data, *runs, *(str(file) for file in config.evaluations)]


def distinct(names: list[str], paths: list[str]) -> list[str]:
    """Names of which no two are the same: with a path, or a number where that is the same too."""
    short = short_names(dict.fromkeys(paths))
    longer = [
        f"{name}: {short[path]}" if names.count(name) > 1 else name
        for name, path in zip(names, paths, strict=True)
    ]
    return [
        f"{name} ({longer[: i + 1].count(name)})" if longer.count(name) > 1 else name
        for i, name in enumerate(longer)
    ]


def sections(config: ReportConfig) -> dict[str, Section]:
    """Name within the page -> section, in order."""
    from embodied_ssl.report.collected import collected
    from embodied_ssl.report.evaluated import evaluated
    from embodied_ssl.report.trained import trained

    parts: dict[str, Callable[[], Section]] = {
        f"data-{number}": partial(collected, path, config.seed)
        for number, path in enumerate(config.data, 1)
    }
    if config.runs:
        parts["runs"] = partial(trained, config.runs, config.seed, config.root)
    parts |= {
        f"evaluation-{number}": partial(evaluated, file, config.root)
        for number, file in enumerate(config.evaluations, 1)
    }
    return {name: draw() for name, draw in each(parts.items(), "report", "sections")}
