"""LeRobotDataset v3: Parquet files of frames, and what ``meta`` says of them.

A frame is a row. Images are ``observation.images.NAME``, the bytes as they are stored; a frame that
lacks one has a black one, and then ``has_NAME`` says of every frame whether it is there. All other
columns keep their names (see ``lerobot_columns``), the episode and the step of the world too, and
``row`` is the number of the row in the dataset. Masks are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.schema import is_annotation
from embodied_ssl.errors import UserError
from embodied_ssl.exporting.lerobot_columns import Column, plain_columns
from embodied_ssl.exporting.lerobot_frames import OWN, ROW, Frames
from embodied_ssl.exporting.lerobot_images import (
    Camera,
    bytes_of,
    find_cameras,
    presence,
    stored,
)
from embodied_ssl.exporting.lerobot_meta import FILE, LARGEST, place_of, write_meta
from embodied_ssl.exporting.rows import camera_columns, image_columns, read_shards


def write_lerobot(dataset: Dataset, folder: Path) -> dict[str, int]:
    """A LeRobotDataset v3 with the images as they are stored, episodes split by split."""
    images = image_columns(dataset)
    names = [n for n in dataset.columns if n not in images and not is_annotation(n)]
    if clash := [name for name in names if name in (*OWN, ROW)]:
        raise UserError(f"the column {clash[0]!r} has a name that the format lerobot needs.")
    columns = plain_columns(dataset.table(names))
    frames = Frames.of(columns, dataset.env)
    cameras = find_cameras(dataset)
    order = pa.array(frames.rows)
    columns = {
        name: replace(column, values=column.values.take(order))
        for name, column in (columns | presence(cameras)).items()
    } | frames.columns()
    files = [
        file
        for file, episodes in _write_data(dataset, folder, frames, columns, cameras)
        for _ in range(episodes)
    ]
    write_meta(folder, frames, columns, cameras, files, dataset.env)
    return {
        "rows": len(frames.rows),
        "images": sum(int(camera.there.sum()) for camera in cameras),
        "episodes": len(files),
        "data files": files[-1] + 1,
    }


def _write_data(
    dataset: Dataset,
    folder: Path,
    frames: Frames,
    columns: dict[str, Column],
    cameras: list[Camera],
) -> Iterator[tuple[int, int]]:
    """Write the data files; the number of each, and how many episodes it has."""
    schema = _schema(columns, cameras)
    pending: list[pa.Table] = []
    file = written = 0
    for table in _tables(dataset, frames, columns, cameras, schema):
        pending.append(table)
        written += len(table)
        large = sum(each.nbytes for each in pending) >= LARGEST * 10**6
        if large and written in frames.starts:  # an episode is in one file
            yield file, _write_file(folder, file, pending)
            file, pending = file + 1, []
    if pending:
        yield file, _write_file(folder, file, pending)


def _tables(
    dataset: Dataset,
    frames: Frames,
    columns: dict[str, Column],
    cameras: list[Camera],
    schema: pa.Schema,
) -> Iterator[pa.Table]:
    """The frames in order: of each split the rows of each shard."""
    images = camera_columns(dataset)
    with ThreadPoolExecutor() as pool:
        for split in frames.ranges():
            for first, table in read_shards(dataset, f"export {split}"):
                inside = (frames.rows >= first) & (frames.rows < first + len(table))
                ours = np.flatnonzero(inside & (frames.splits == split))
                if not len(ours):
                    continue
                begin, count = int(ours[0]), len(ours)
                rows = table.select(images).take(pa.array(frames.rows[ours] - first))
                encoded = bytes_of(cameras, rows)
                ends = [int(e) - begin for e in frames.starts if begin < e <= begin + count]
                values = {}
                for camera in cameras:
                    camera.count(encoded[camera.name], ends, pool)
                    values[camera.key] = stored(camera, encoded[camera.name])
                for name, column in columns.items():
                    values[name] = column.values.slice(begin, count)
                yield pa.table(values, schema=schema)


def _schema(columns: dict[str, Column], cameras: list[Camera]) -> pa.Schema:
    """Of the data files, with what ``datasets`` reads of it."""
    from datasets import Features, Image, List, Value

    features = {camera.key: Image() for camera in cameras}
    for name, column in columns.items():
        value = Value(column.dtype)
        features[name] = List(value, length=column.length) if column.length > 1 else value
    return Features(features).arrow_schema


def _write_file(folder: Path, file: int, tables: list[pa.Table]) -> int:
    """Write a data file, and give the number of its episodes."""
    table = pa.concat_tables(tables)
    path = folder / "data" / FILE.format(**place_of(file))
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", row_group_size=100)
    return len(set(table["episode_index"].to_pylist()))
