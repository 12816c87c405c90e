"""What protocols, methods and worlds draw, for whoever lays it out: a page, Markdown, a terminal.

Nobody who lays out knows who drew, and nobody who draws knows where it will stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from jaxtyping import UInt8

from embodied_ssl.screen_text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

INK = "#010203"  # stands for the colour of the text around a chart
CARD = "#040506"  # stands for the colour behind a chart
ACCENTS = ("#3b82c4", "#d9822b", "#3d9a5f", "#b0529c", "#947840", "#6a6fd1")
ACCENTS_RGB = tuple(tuple(int(each[i : i + 2], 16) / 255 for i in (1, 3, 5)) for each in ACCENTS)
"""The same, red, green and blue from 0 to 1."""
MOTION_COLOURS = {"right": ACCENTS[0], "left": ACCENTS[1], "ahead": ACCENTS[2]}
"""Of the atomic motions, in every chart."""

Verdict = Literal["", "right", "near", "wrong"]


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    name: str
    cells: tuple[str, ...]
    note: str = ""
    """Beside the name, less important."""
    marked: bool = False
    """It is what the reader looks for."""
    best: tuple[int, ...] = ()
    """Places of the cells that no other row exceeds."""


@dataclass(frozen=True)
class Table:
    """Names down the side, titles across."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    corner: tuple[str, str] = ("", "")
    """What the names are, and what the notes are."""
    groups: tuple[str, ...] = ()
    """Titles above the columns; each spans equally many."""
    caption: str = ""

    def transposed(self) -> Table:
        """Columns as rows, for where lines are short and rows are few."""
        cells = zip(*(row.cells for row in self.rows), strict=True)
        rows = tuple(Row(title, line) for title, line in zip(self.columns, cells, strict=True))
        return Table(tuple(row.name for row in self.rows), rows, caption=self.caption)


@dataclass(frozen=True)
class Bars:
    """Shares between 0 and 1 as bars, a group of them for each name."""

    names: tuple[str, ...]
    series: Mapping[str, tuple[float | None, ...]]
    """Title -> the share of each name; None where there is none."""
    axis: str
    """What the shares are."""
    marked: frozenset[str] = frozenset()
    """Names that the reader looks for."""


@dataclass(frozen=True)
class Chart:
    """A figure of matplotlib in ``INK`` on ``CARD``, as ``open_chart`` makes it."""

    figure: Canvas
    title: str = ""
    caption: str = ""
    description: str = ""
    """What it shows, for those who do not see it."""


@dataclass(frozen=True)
class Picture:
    """An image with what there is to say of it."""

    image: UInt8[np.ndarray, "H W 3"]
    caption: str = ""
    verdict: Verdict = ""


@dataclass(frozen=True)
class Strip:
    """Images that belong together, from left to right."""

    pictures: tuple[Picture, ...]
    title: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Pictures:
    """Strips of images."""

    strips: tuple[Strip, ...]
    layout: Literal["fit", "column"] = "fit"
    """As many beside each other as fit, or one below the other."""


@dataclass(frozen=True)
class Neighbours:
    """Queries, and for each what several models found, the nearest first."""

    queries: tuple[tuple[Picture, Mapping[str, tuple[Picture, ...]]], ...]
    """Each with model -> what it found."""
    verdicts: Mapping[Verdict, str]
    """What each verdict means."""


@dataclass(frozen=True)
class Tiles:
    """A few numbers to see at once, name -> text."""

    values: Mapping[str, str]


@dataclass(frozen=True)
class Listing:
    """Text as it stands, such as settings."""

    text: str


@dataclass(frozen=True)
class Fragment:
    """HTML of its own for what no other figure can show; whoever makes it escapes what is in it."""

    html: str


@dataclass(frozen=True)
class Section:
    """Figures under a heading."""

    title: str
    figures: tuple[Figure, ...]
    text: str = ""
    source: str = ""
    """Path of what is shown."""
    legend: Mapping[str, str] = field(default_factory=dict)
    """Name -> colour."""
    layout: Literal["rows", "halves", "small"] = "rows"
    """One below the other, two beside each other, or as many as fit."""
    folded: bool = False
    """Shown when asked for."""
    menu: str = ""
    """What the table of contents calls it."""
    origin: str = ""
    """The command and the commit that it comes from."""


Figure: TypeAlias = (
    Table | Bars | Chart | Pictures | Neighbours | Tiles | Listing | Fragment | Section
)


def literal(name: object) -> str:
    """A name as matplotlib shows it: ``$`` begins no formula, and every character is seen."""
    return printable(name).replace("$", r"\$")


def open_chart(width: float, height: float) -> tuple[Canvas, Axes]:
    """An empty chart of so many inches, in the style of the house."""
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    axes = canvas.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set(color=INK, alpha=0.35)
    axes.tick_params(colors=INK, labelsize=9, length=0)
    axes.grid(axis="y", color=INK, alpha=0.12, linewidth=0.8)
    axes.set_prop_cycle(color=ACCENTS)
    return canvas, axes
