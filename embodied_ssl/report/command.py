"""``report``: everything that was collected, learned and measured, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embodied_ssl.errors import UserError

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


def run_report(config: ReportConfig) -> Path:
    """Write the page and say where it is.

    Raises:
        UserError: for a data set, run or evaluation that is not there or does not fit.
    """
    if not (config.data or config.runs or config.evaluations):
        raise UserError("nothing to report: name --data, --runs or --evaluations.")
    from embodied_ssl.report.html import render

    page = render("page.html.j2", title=config.title, sections=sections(config))
    try:
        config.out.parent.mkdir(parents=True, exist_ok=True)
        config.out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {config.out}: {error.strerror}.") from error
    print(f"wrote {config.out}")
    return config.out


def sections(config: ReportConfig) -> dict[str, Section]:
    """Name within the page -> section, in order."""
    from embodied_ssl.report.collected import collected
    from embodied_ssl.report.evaluated import evaluated
    from embodied_ssl.report.trained import trained

    found = {f"data-{i}": collected(path, config.seed) for i, path in enumerate(config.data, 1)}
    if config.runs:
        found["runs"] = trained(config.runs, config.seed)
    return found | {
        f"evaluation-{i}": evaluated(file) for i, file in enumerate(config.evaluations, 1)
    }
