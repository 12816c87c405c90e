"""Datasets to export, and what they hold."""

import cv2
import numpy as np
import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.schema import annotated
from embodied_ssl.data.shards import write_shard
from embodied_ssl.exporting.rows import image_columns, images_of, read_rows
from embodied_ssl.files import checksum
from embodied_ssl.worlds import WORLDS


@pytest.fixture(scope="session")
def stored():
    """The rows of a dataset, and the bytes of the images of each by name."""

    def read(folder):
        dataset = Dataset.open(folder)
        columns = image_columns(dataset)
        rows = [row for _, row in read_rows(dataset)]
        images = [images_of(row, columns) for row in rows]
        return [{n: v for n, v in row.items() if n not in columns} for row in rows], images

    return read


@pytest.fixture(scope="session")
def masked_dir(tmp_path_factory):
    """Views with masks of a ring and of a bar that crosses it, in two splits."""
    folder = tmp_path_factory.mktemp("masked") / "turntable"
    columns = annotated(WORLDS.load("turntable").columns, "image")
    rows = []
    for number in range(6):
        mask = np.zeros((40, 48), np.uint8)
        cv2.circle(mask, (20 + number, 20), 12, 1, 4)
        cv2.rectangle(mask, (5, 18), (40, 20), 2, -1)
        things = [("donut", "household/donut/1"), ("pen", "household/pen/2")][: 1 + number % 2]
        if len(things) == 1:
            mask[mask == 2] = 0
        objects = [
            {"number": place, "category": category, "instance": instance}
            for place, (category, instance) in enumerate(things, start=1)
        ]
        image = np.repeat(mask[:, :, None] * 100, 3, axis=2)
        rows.append(
            {
                "episode": number // 3,
                "step": number % 3,
                "split": "val" if number < 3 else "test",
                "image": image,
                "kind": "donut",
                "instance": "household/donut/1",
                "elevation": 30.0,
                "azimuth": 0.0,
                "role": "gallery",
                "image_mask": mask,
                "image_objects": objects,
            }
        )
    path = folder / "data" / "00000.parquet"
    write_shard(path, columns, rows)
    manifest = Manifest("turntable", {"image_size": 48, "masks": True}, planned={"shards": 1})
    manifest.shards[path.name] = {"rows": len(rows), "sha256": checksum(path)}
    manifest.write(folder)
    return folder
