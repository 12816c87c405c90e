"""``embed``: the embeddings of all images of a dataset or a folder, in a Parquet file."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tyro.conf import Positional

from embodied_ssl.api.model import load
from embodied_ssl.api.to_embed import images_of
from embodied_ssl.outputs import check_output, write_output
from embodied_ssl.progress import progress_bar
from embodied_ssl.provenance import provenance

VECTORS = "embedding"


@dataclass(frozen=True)
class EmbedConfig:
    """What is embedded, by which run, into which file."""

    run: Annotated[str, Positional]
    """A run's folder, a trunk's folder, or an id of the Hugging Face hub."""
    data: str
    """A dataset, or folder:PATH, any tree of images."""
    out: Path
    """The Parquet file: a row an image, its vector in the column ``embedding``."""
    column: str = ""
    """Of a dataset, which images; by default those of its first column that has some."""
    image_size: int | None = None
    """Pixels along each side; by default as the run was evaluated, or else trained."""
    device: str = "auto"
    """cpu, cuda, cuda:1 or mps; auto: the GPU if there is one."""


def run_embed(config: EmbedConfig) -> None:
    """Embed the images, write the file and say what is in it.

    Raises:
        UserError: for a run or data that are not there, and an output that cannot be written.
    """
    check_output(config.out)
    model = load(config.run, config.device, config.image_size)
    images = images_of(config.data, model.image_size, config.column)
    columns: dict[str, list[np.ndarray]] = {}
    with progress_bar("embed", images.count, "images") as advance:
        for squares, known in images.parts():
            for name, values in {**known, VECTORS: model.embed(squares)}.items():
                columns.setdefault(name, []).append(values)
            advance(len(squares))
    table = _table({name: np.concatenate(parts) for name, parts in columns.items()})
    told = provenance(asdict(config) | {"out": str(config.out)})
    told |= {"embedding": model.embedding, "image_size": model.image_size}
    table = table.replace_schema_metadata({"embodied_ssl": json.dumps(told)})
    written = io.BytesIO()
    pq.write_table(table, written)
    write_output(config.out, written.getvalue())
    dim = columns[VECTORS][0].shape[1]
    print(f"{table.num_rows:,} images, {dim} numbers each ({model.embedding}): {config.out}")


def _table(columns: dict[str, np.ndarray]) -> pa.Table:
    """Vectors as lists of one length, which numpy gets back without a copy."""
    vectors = columns.pop(VECTORS)
    flat = pa.array(np.ascontiguousarray(vectors).ravel())
    lists = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    return pa.table({**{name: pa.array(x) for name, x in columns.items()}, VECTORS: lists})
