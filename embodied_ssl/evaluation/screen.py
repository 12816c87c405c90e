"""Results as a table on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.results import Results
from embodied_ssl.figures import Row, Table
from embodied_ssl.screen_text import printable


def print_results(
    protocol: type[Protocol], results: Results, not_numbers: Mapping[str, Sequence[str]]
) -> None:
    """The table, with as much of it as the terminal is wide enough for, and what is left out.

    Args:
        protocol: that judged.
        results: of it.
        not_numbers: model -> metrics that could not be computed, which the table has as n/a.
    """
    console = Console()
    table = protocol.table(results)
    caption = "; ".join(filter(None, (protocol.summary(results), table.caption)))
    shown = _grouped(table, console) if table.groups else _plain(table.transposed())
    shown.title, shown.caption = _text(results["title"]), _text(caption)
    console.print(shown)
    if "imagenet" in protocol.baselines and "imagenet" not in results["models"]:
        console.print("imagenet is not installed: pip install 'embodied-ssl\\[imagenet]'")
    for model, names in not_numbers.items():
        line = f"{model}: no finite number for {', '.join(names)}: n/a in the table, null in --out"
        console.print(_text(line))


def joined(table: Table, count: int | None = None) -> Table:
    """One column for each group, which holds the first ``count`` columns of it; all by default."""
    size = len(table.columns) // len(table.groups)
    count = count or size
    starts = range(0, len(table.columns), size)
    titles = tuple(
        f"{group} @{'/'.join(name.removeprefix('@') for name in table.columns[s : s + count])}"
        for group, s in zip(table.groups, starts, strict=True)
    )
    rows = tuple(
        Row(r.name, tuple(" ".join(r.cells[s : s + count]) for s in starts), r.note, r.marked)
        for r in table.rows
    )
    return Table(titles, rows, table.corner, caption=table.caption)


def _grouped(table: Table, console: Console) -> RichTable:
    """With as many columns of each group as there is room for."""
    unbounded = console.options.update(width=1000)
    for count in range(len(table.columns) // len(table.groups), 0, -1):
        shown = _plain(joined(table, count))
        if console.measure(shown, options=unbounded).maximum <= console.width:
            break
    return shown


def _plain(table: Table) -> RichTable:
    shown = RichTable(box=box.SIMPLE)
    name, note = table.corner
    corner = Text.assemble(name, ", ", (note, "dim")) if note else _text(name)
    shown.add_column(corner, no_wrap=bool(note))
    for title in table.columns:
        shown.add_column(_text(title), justify="left" if note else "right", overflow="fold")
    for row in table.rows:
        cells = map(_text, row.cells)
        if not note:
            shown.add_row(_text(row.name), *cells)
            continue
        if row.name:
            shown.add_row(_text(row.name, "bold"))
        shown.add_row(Text.assemble("  ", _text(row.note, "dim")), *cells)
    return shown


def _text(name: str, style: str = "") -> Text:
    """A name as it is: no markup, no escape sequences."""
    return Text(printable(name), style)
