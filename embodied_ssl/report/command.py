"""``report``: everything that was collected, learned and measured, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError


@dataclass(frozen=True)
class ReportConfig:
    """Write one self-contained HTML page; it needs no network and no scripts."""

    data: tuple[str, ...] = ()
    """The data sets to show, of the tabletop or of rooms; also folder-video:PATH."""
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
    page = render(contents(config))
    try:
        config.out.parent.mkdir(parents=True, exist_ok=True)
        config.out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write {config.out}: {error.strerror}.") from error
    print(f"wrote {config.out}")
    return config.out


def contents(config: ReportConfig) -> dict[str, Any]:
    """What the template shows; a part is empty where nothing was named."""
    from embodied_ssl.report.collected import collected
    from embodied_ssl.report.evaluated import evaluated
    from embodied_ssl.report.trained import trained

    return {
        "title": config.title,
        "collected": [
            {"id": f"data-{number}"} | collected(path, config.seed)
            for number, path in enumerate(config.data, start=1)
        ],
        "runs": [trained(run, config.seed) for run in config.runs],
        **evaluated(config.evaluations),
    }


def render(content: dict[str, Any]) -> str:
    """The page as HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("embodied_ssl.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(content)
