"""Figures as HTML, each by the template of its type."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from embodied_ssl.figures import Figure
from embodied_ssl.report.images import data_uri, svg
from embodied_ssl.screen_text import printable


def html(figure: Figure, depth: int = 2) -> Markup:
    """A figure.

    Args:
        figure: of any type; the template is called as its class.
        depth: of the headings of a section.
    """
    name = type(figure).__name__.lower()
    return render(f"{name}.html.j2", figure=figure, depth=depth)


def render(template: str, **content: Any) -> Markup:
    """A template filled in; what is text is escaped."""
    return Markup(_environment().get_template(template).render(content))


def _shown(value: Any) -> Any:
    """Text with what is not seen as escapes, but for the ends of its lines."""
    if type(value) is not str:
        return value
    return "\n".join(map(printable, value.split("\n")))


@cache
def _environment() -> Environment:
    environment = Environment(
        finalize=_shown,
        loader=PackageLoader("embodied_ssl.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"html": html, "data_uri": data_uri, "svg": svg}
    return environment
