"""The sections about evaluations, each drawn by its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import PROTOCOLS
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.results import Results, read_results
from embodied_ssl.figures import Fragment, Section
from embodied_ssl.report.found import find_source
from embodied_ssl.report.html import html
from embodied_ssl.report.origins import origin


def protocol_of(results: Results) -> type[Protocol]:
    """The protocol that some results are of; UserError where it is not known."""
    return PROTOCOLS.load(results["protocol"])


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Say in one line that a file does not hold what a protocol writes, wherever that turns up."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UserError(
            f"{file} does not hold all that evaluate writes: {type(error).__name__}: {error}."
        ) from error


def evaluated(file: Path, root: Path | None = None) -> Section:
    """The section about an evaluation.

    Args:
        file: that ``evaluate`` wrote.
        root: folder to which its paths are relative, if it is known.

    Raises:
        UserError: for a file that ``evaluate`` did not write, or whose data are not there any more.
    """
    results = read_results(file)
    told = results["settings"]["data"]
    results["settings"]["data"] = find_source(told, file, root)
    try:
        with reading(file):
            return _section(results, told)
    except UserError as error:
        raise UserError(
            f"{error} {file} was evaluated on {told}: name by --root the folder to which that path "
            "is relative."
            if told == results["settings"]["data"] and not _is_there(told)
            else str(error)
        ) from error


def _is_there(source: str) -> bool:
    return Path(source.partition(":")[2] or source).exists()


def _section(results: Results, source: str) -> Section:
    protocol = protocol_of(results)
    menu = protocol.menu or results["protocol"].replace("-", " ").capitalize()
    title = results.get("title", protocol.title)
    return Section(
        title[:1].upper() + title[1:],
        # As text at once, because it shows what is amiss in the file.
        tuple(Fragment(html(figure, 3)) for figure in protocol.figures(results)),
        "; ".join(filter(None, (protocol.summary(results), results.get("images_of")))) + ".",
        source,
        menu=menu,
        origin=origin(results),
    )
