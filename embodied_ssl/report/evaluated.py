"""The sections about evaluations, each drawn by its protocol."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.evaluation import PROTOCOLS
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.results import Results, read_results
from embodied_ssl.figures import Section


def protocol_of(results: Results) -> type[Protocol]:
    """The protocol that some results are of; UserError where it is not known."""
    return PROTOCOLS.load(results["protocol"])


def evaluated(file: Path) -> Section:
    """The section about an evaluation.

    Raises:
        UserError: for a file that ``evaluate`` did not write, or whose data are not there any more.
    """
    results = read_results(file)
    protocol = protocol_of(results)
    name = results["protocol"].replace("-", " ").capitalize()
    title = results.get("title", protocol.title)
    return Section(
        title[:1].upper() + title[1:],
        tuple(protocol.figures(results)),
        f"{protocol.summary(results)}.",
        results["settings"]["data"],
        menu=name,
    )
