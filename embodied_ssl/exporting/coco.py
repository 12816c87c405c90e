"""COCO: detection and instance segmentation, from the masks of a dataset.

``SPLIT/00000012.webp`` are the images, the bytes as they are stored, and
``annotations/instances_SPLIT.json`` says what they show: for every object that is seen its exact
mask (run lengths), its bounding box and its area in pixels. The id of an image is its row in the
dataset plus 1. Categories have the same ids in every split.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.masked import SUFFIX, masked_column
from embodied_ssl.data.shards import decode_mask
from embodied_ssl.errors import UserError
from embodied_ssl.exporting.names import FileNames
from embodied_ssl.exporting.rows import ending_of, images_of, read_rows


def write_coco(dataset: Dataset, folder: Path) -> dict[str, int]:
    """Images with boxes and masks of the objects; needs masks (collect --masks)."""
    column = masked_column(dataset)
    names = FileNames()
    pages: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {"images": [], "annotations": []})
    categories: dict[str, int] = {}
    count = 0
    for number, row in read_rows(dataset):
        if row[column] is None or row[column + SUFFIX] is None:
            continue
        split = names(row["split"])
        data = images_of(row, [column])[column]
        path = folder / split / f"{number:08d}.{ending_of(data)}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        mask = decode_mask(images_of(row, [column + SUFFIX])[column + SUFFIX])
        height, width = mask.shape
        image = {"id": number + 1, "file_name": path.name, "width": width, "height": height}
        pages[split]["images"].append(image)
        for thing in row[f"{column}_objects"]:
            count += 1
            category = categories.setdefault(thing["category"], len(categories) + 1)
            found = {"id": count, "image_id": number + 1, "category_id": category, "iscrowd": 0}
            shape = _shape(mask == thing["number"], number)
            pages[split]["annotations"].append(found | shape | {"instance": thing["instance"]})
    listed = [{"id": id_, "name": name} for name, id_ in categories.items()]
    about = {"description": f"{dataset.env} dataset {dataset.fingerprint}"}
    (folder / "annotations").mkdir(exist_ok=True)
    for split, page in pages.items():
        text = json.dumps({"info": about, "licenses": [], "categories": listed, **page})
        (folder / "annotations" / f"instances_{split}.json").write_text(text, encoding="utf-8")
    images = sum(len(page["images"]) for page in pages.values())
    return {"images": images, "objects": count, "categories": len(categories)}


def _shape(mask: Bool[np.ndarray, "H W"], row: int) -> dict[str, Any]:
    """Segment, box and area of an object; UserError for one that its mask lacks."""
    if not mask.any():
        raise UserError(f"the mask of row {row} lacks an object that it should show.")
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    box = [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]
    segment = {"counts": run_lengths(mask), "size": list(mask.shape)}
    return {"segmentation": segment, "bbox": box, "area": int(mask.sum())}


def run_lengths(mask: Bool[np.ndarray, "H W"]) -> list[int]:
    """COCO's run lengths: column by column, first how many pixels are not of the object."""
    pixels = np.concatenate([[False], mask.ravel(order="F")])
    changes = np.flatnonzero(pixels[1:] != pixels[:-1])
    return np.diff(np.concatenate([[0], changes, [mask.size]])).tolist()
