"""The dataset card: ``README.md`` as the Hugging Face hub shows it."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.data.manifest import FILE, Manifest
from embodied_ssl.data.schema import schema_of
from embodied_ssl.data.shards import write_atomically

CARD = """---
configs:
- config_name: default
  data_files: data/*.parquet
tags:
- robotics
- self-supervised-learning
---
# {env} dataset

{rows} rows collected in simulation by embodied-ssl. Every image is lossless WebP; `{file}` has the
settings and the checksum of every shard.

```python
from datasets import load_dataset
rows = load_dataset("parquet", data_files="data/*.parquet", split="train")
```

## Settings

{settings}

## Columns

{columns}
"""


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write the card of a dataset."""
    settings = "\n".join(f"- {name}: `{value}`" for name, value in manifest.settings.items())
    columns = "\n".join(f"- `{name}`" for name in schema_of(manifest.env))
    text = CARD.format(
        env=manifest.env, rows=manifest.rows, file=FILE, settings=settings, columns=columns
    )
    write_atomically(folder / "README.md", text.encode())
