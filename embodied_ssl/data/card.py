"""The dataset card: ``README.md`` as the Hugging Face hub shows it."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.data.manifest import FILE, SHARDS, Manifest
from embodied_ssl.data.schema import Columns
from embodied_ssl.files import write_atomically

CARD = """---
configs:
- config_name: default
  data_files: {shards}/*.parquet
tags:
- robotics
- self-supervised-learning
---
# {env} dataset

{rows} rows collected in simulation by embodied-ssl. Every image is lossless WebP; `{file}` has the
settings and the checksum of every shard.

```python
from datasets import load_dataset
rows = load_dataset("parquet", data_files="{shards}/*.parquet", split="train")
```

## Settings

{settings}

## Columns

{columns}
"""


def write_card(folder: Path, manifest: Manifest, columns: Columns) -> None:
    """Write the card of a dataset with such columns."""
    settings = "\n".join(f"- {name}: `{value}`" for name, value in manifest.settings.items())
    names = "\n".join(f"- `{name}`" for name in columns)
    text = CARD.format(
        env=manifest.env,
        rows=manifest.rows,
        file=FILE,
        shards=SHARDS,
        settings=settings,
        columns=names,
    )
    write_atomically(folder / "README.md", text.encode())
