"""What ``info`` says of any dataset, whatever its world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.table import Table

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.rows import is_image, is_images
from embodied_ssl.data.schema import is_annotation
from embodied_ssl.screen_text import printable


def splits_table(dataset: Dataset) -> Table:
    """Rows and images of each split, in the order in which the splits appear."""
    images = [
        name
        for name, type_ in dataset.columns.items()
        if not is_annotation(name) and (is_image(type_) or is_images(type_))
    ]
    rows = dataset.table(["split", *images]).to_pylist()
    counts = Counter(row["split"] for row in rows)
    table = Table("split", "rows", *images)
    for split, count in counts.items():
        ours = [row for row in rows if row["split"] == split]
        found = [sum(count_images(row[name]) for row in ours) for name in images]
        table.add_row(printable(split), str(count), *map(str, found))
    return table


def count_images(value: dict | list | None) -> int:
    """How many images a cell of an image column holds."""
    if value is None:
        return 0
    return len(value) if isinstance(value, list) else 1


def categories_line(named: Iterable[tuple[str, str]], what: str) -> str:
    """How many things there are of each category.

    Args:
        named: category and full name of each, as often as one likes.
        what: they are, such as "rooms".
    """
    distinct = set(named)
    categories = Counter(category for category, _ in distinct)
    counts = categories.most_common()
    listed = ", ".join(f"{printable(category)} {count}" for category, count in counts)
    return f"{len(distinct)} distinct {what} of {len(categories)} categories: {listed}"


def interactions_table(
    rows: list[dict[str, Any]], interactions: Iterable[str], images: Iterable[str]
) -> Table:
    """Rows, images, success with the objects of each split, and objects of each interaction.

    Args:
        rows: of a tabletop dataset, with the columns that are counted.
        interactions: their names, in order.
        images: the image columns.
    """
    succeeded = ("train succeeded", "val succeeded")
    table = Table("interaction", "rows", "train", "val", "images", *succeeded, "objects")
    for name in interactions:
        ours = [row for row in rows if row["interaction"] == name]
        tried: dict[str, list[bool]] = {"train": [], "val": []}
        for row in ours:
            if row["success"] is not None and row["split"] in tried:
                tried[row["split"]].append(row["success"])
        splits = Counter(row["split"] for row in ours)
        table.add_row(
            name,
            str(len(ours)),
            str(splits["train"]),
            str(splits["val"]),
            str(sum(count_images(row[column]) for row in ours for column in images)),
            *(f"{sum(each) / len(each):.1%}" if each else "" for each in tried.values()),
            str(len({row["object"]["instance"] for row in ours if row["object"]})),
        )
    return table
