"""Results as tables on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from embodied_ssl.evaluation.recall import RANKS

LEVELS = {
    "instance": "instance",
    "category": "category",
    "category_without_own": "category, not own",
}


def share(value: float | None) -> str:
    """A share as papers print it: .372."""
    if value is None:
        return "-"
    return "1.00" if value >= 0.9995 else f"{value:.3f}".removeprefix("0")


def short_name(name: str) -> str:
    """A run folder without the folders it is in."""
    return Path(name).name or name


def retrieval_table(results: dict[str, Any], ranks: Sequence[int] = RANKS) -> Table:
    """Recall@k on the test objects: each model with its chosen and its raw embedding."""
    table = Table(
        box=box.SIMPLE,
        title="recall@" + "/".join(map(str, ranks)) + " on test objects",
        caption="{queries} queries, {gallery} images in the gallery, {instances} instances of "
        "{kinds} kinds; first the embedding chosen on validation objects, then the raw one".format(
            **results["data"]["test"]
        ),
    )
    table.add_column("model, [dim]embedding", no_wrap=True)
    for title in LEVELS.values():
        table.add_column(title)
    for name, model in results["models"].items():
        table.add_row(f"[bold]{escape(short_name(name))}")
        for part in parts(model):
            cells = [
                " ".join(share(part["test"][level][str(k)]) for k in ranks) for level in LEVELS
            ]
            table.add_row(f"  [dim]{part['embedding']}", *cells)
    return table


def parts(model: dict[str, Any]) -> list[dict[str, Any]]:
    """What is shown of a model: its chosen embedding, and the raw one where that is another."""
    return [model] if model["embedding"] == model["raw"]["embedding"] else [model, model["raw"]]


def fitting_table(results: dict[str, Any], console: Console) -> Table:
    """The table with as many ranks as the terminal is wide enough for."""
    unbounded = console.options.update(width=1000)
    for count in range(len(RANKS), 0, -1):
        table = retrieval_table(results, RANKS[:count])
        if console.measure(table, options=unbounded).maximum <= console.width:
            break
    return table


def print_retrieval(results: dict[str, Any]) -> None:
    """The table, and how many queries the last column had to leave out."""
    console = Console()
    console.print(fitting_table(results, console))
    total = results["data"]["test"]["queries"]
    judged = next(iter(results["models"].values()))["test"]["category_without_own"]["queries"]
    if judged < total:
        console.print(f"{total - judged} queries have no other instance of their kind: left out.")
    if "imagenet" not in results["models"]:
        console.print("imagenet is not installed: pip install 'embodied-ssl\\[imagenet]'")


def tasks_table(results: dict[str, Any]) -> Table:
    """Plain numbers, a row a metric, a column a model: every protocol but retrieval."""
    counts = ", ".join(f"{count} {what}" for what, count in results["data"].items())
    table = Table(box=box.SIMPLE, title=results["title"], caption=counts)
    table.add_column("")
    for name in results["models"]:
        table.add_column(escape(short_name(name)), justify="right", overflow="fold")
    for metric, (title, form) in results["metrics"].items():
        values = [model.get(metric) for model in results["models"].values()]
        table.add_row(title, *("n/a" if v is None else form.format(v) for v in values))
    return table
