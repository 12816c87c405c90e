"""Shards: Parquet files that appear whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from embodied_ssl.data.schema import IMAGE, IMAGES, features, schema_of

# The least effort: 20 times faster than OpenCV's encoder on textured rooms, 12 % more bytes.
LOSSLESS = {"lossless": True, "method": 0, "quality": 50}


def encode(image: np.ndarray | None) -> dict[str, Any] | None:
    """An image (H, W, 3) uint8 RGB as a Hugging Face ``Image``, lossless WebP."""
    if image is None:
        return None
    data = io.BytesIO()
    Image.fromarray(image).save(data, "WEBP", **LOSSLESS)
    return {"bytes": data.getvalue(), "path": None}


def decode(data: bytes) -> np.ndarray:
    """The image (H, W, 3) uint8 RGB that ``encode`` was given."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def write_shard(path: Path, env: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as one Parquet file, atomically: a temporary file, flushed, then renamed."""
    rows = list(rows)
    columns = {name: [row.get(name) for row in rows] for name in schema_of(env)}
    for name, kind in schema_of(env).items():
        if kind == IMAGE:
            columns[name] = [encode(image) for image in columns[name]]
        elif kind == IMAGES:
            columns[name] = [images and [encode(i) for i in images] for images in columns[name]]
    table = pa.table(columns, schema=features(env).arrow_schema)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=50)
    write_atomically(path, sink.getvalue())


def write_atomically(path: Path, data: bytes | pa.Buffer) -> None:
    """Replace a file by ``data``; a crash or a full disk leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
