"""What ``info`` says of any dataset, whatever its world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

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
