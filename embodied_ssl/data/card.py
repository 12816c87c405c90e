"""The dataset card: ``README.md`` as the Hugging Face hub shows it and ``load_dataset`` reads it.

A shard may hold rows of several splits, so a split is a configuration that filters the rows of all
shards. The default, which ``load_dataset(folder)`` opens, is ``train`` where there are such rows,
else all rows under a name that is no split, so that nobody trains on test rows by leaving out a
word.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from embodied_ssl.data.dataset import Dataset, damaged
from embodied_ssl.data.manifest import FILE, SHARDS, Manifest
from embodied_ssl.data.schema import Columns
from embodied_ssl.files import write_atomically
from embodied_ssl.screen_text import printable

FILES = f"{SHARDS}/{'[0-9]' * 5}.parquet"
SPLITS = ("train", "val", "test")
ALL, ALL_ROWS = "all", "all_rows"
"""The configuration of all rows, and its only split."""

CARD = """---
configs:
{configs}
tags:
- robotics
- self-supervised-learning
---
# {env} dataset

{rows} rows ({splits}) in {amount}, collected in simulation by embodied-ssl. Every image is lossless
WebP; `{file}` has the settings and the checksum of every shard.

```python
from datasets import load_dataset

{snippet}
```

## Settings

{settings}

## Columns

{columns}
"""


def write_card(
    folder: Path, manifest: Manifest, columns: Columns, meanings: Mapping[str, str] | None = None
) -> None:
    """Write the card of a dataset.

    Args:
        folder: of the dataset.
        manifest: with the shards that are there.
        columns: of a row.
        meanings: what each column means; ``object.mass`` and its like for the parts of a struct.
    """
    counts = _rows_of_splits(Dataset(folder, manifest)) if "split" in columns else {}
    text = CARD.format(
        configs="\n".join(_configs(counts)),
        env=manifest.env,
        rows=manifest.rows,
        splits=", ".join(f"{count} {split}" for split, count in counts.items()) or "no splits",
        amount=manifest.amount,
        file=FILE,
        snippet="\n".join(_snippet(counts)),
        settings="\n".join(_settings(manifest)),
        columns="\n".join(_described(columns, meanings or {})),
    )
    write_atomically(folder / "README.md", text.encode())


def _rows_of_splits(dataset: Dataset) -> dict[str, int]:
    """The rows of each split that there are, in the order of ``SPLITS``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    counts: Counter[str] = Counter()
    for file in dataset.files:
        try:
            counts.update(pq.read_table(file, columns=["split"])["split"].to_pylist())
        except (pa.ArrowException, OSError) as error:
            raise damaged(file) from error
    return {split: counts[split] for split in SPLITS if counts[split]}


def _configs(counts: Mapping[str, int]) -> Iterator[str]:
    for split in counts:
        yield from _config(split, split, default=split == "train")
        yield f"  filters: [[split, ==, {split}]]"
    yield from _config(ALL, ALL_ROWS, default="train" not in counts)


def _config(name: str, split: str, default: bool) -> Iterator[str]:
    yield f"- config_name: {name}"
    if default:
        yield "  default: true"
    yield "  data_files:"
    yield f"  - split: {split}"
    yield f'    path: "{FILES}"'


def _snippet(counts: Mapping[str, int]) -> Iterator[str]:
    for split in counts:
        yield f'{split} = load_dataset("path/to/this/folder", "{split}", split="{split}")'
    yield f'{ALL_ROWS} = load_dataset("path/to/this/folder", "{ALL}", split="{ALL_ROWS}")'


def _settings(manifest: Manifest) -> Iterator[str]:
    for name, value in manifest.settings.items():
        shown = json.dumps(value, ensure_ascii=False).replace("`", "'")
        yield f"- {printable(name)}: `{printable(shown)}`"


def _described(columns: Columns, meanings: Mapping[str, str], prefix: str = "") -> Iterator[str]:
    """A line for each column, with its type and meaning."""
    for name, type_ in columns.items():
        if isinstance(type_, dict):
            yield from _described(type_, meanings, f"{prefix}{name}.")
            continue
        shown = f"list of {type_[0]}" if isinstance(type_, list) else type_
        meaning = meanings.get(f"{prefix}{name}")
        yield f"- `{prefix}{name}` ({shown})" + (f": {meaning}" if meaning else "")
