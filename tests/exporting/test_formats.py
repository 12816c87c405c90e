"""What the readers of each format make of an export is what the dataset holds."""

import csv
import gc
import hashlib
import json
import warnings
from contextlib import contextmanager

import numpy as np
import pytest
import webdataset
from datasets import load_dataset
from pycocotools.coco import COCO

from embodied_ssl.data import Dataset
from embodied_ssl.data.labelled import open_labelled
from embodied_ssl.data.schema import is_annotation
from embodied_ssl.data.shards import decode, decode_mask
from embodied_ssl.exporting import webdataset as writer
from embodied_ssl.exporting.coco import run_lengths, write_coco
from embodied_ssl.exporting.images import write_images

names = pytest.mark.parametrize("name", ["tabletop", "turntable", "rooms", "masked"])


def sha(data):
    return hashlib.sha256(data).hexdigest()


@contextmanager
def files_left_open():
    """Libraries that read exports leave files for Python to close."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def samples_of(tars, decoded=None):
    """What the webdataset package reads."""
    with files_left_open():
        found = webdataset.WebDataset(tars, shardshuffle=False, empty_check=False)
        return list(found.decode(decoded) if decoded else found)


@names
def test_webdataset_reads_every_byte_back(name, request, stored, tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "LARGEST", 100_000)
    folder = request.getfixturevalue(f"{name}_dir")
    counts = writer.write_webdataset(Dataset.open(folder), tmp_path)
    rows, images = stored(folder)
    seen = set()
    for split in {row["split"] for row in rows}:
        tars = sorted(map(str, tmp_path.glob(f"{split}-*.tar")))
        for sample in samples_of(tars):
            number = int(sample["__key__"])
            seen.add(number)
            there = {key: sha(data) for key, data in sample.items() if key[:2] != "__"}
            values = json.loads(sample["json"])
            assert there.pop("json") and values.pop("row") == number
            assert values == rows[number] and values["split"] == split
            ours = {n: sha(data) for n, data in images[number].items()}
            assert {key.rpartition(".")[0]: digest for key, digest in there.items()} == ours
    assert seen == set(range(len(rows)))
    assert counts["rows"] == len(rows) and counts["images"] == sum(map(len, images))
    assert counts["tar files"] == len(list(tmp_path.glob("*.tar"))) > len(seen) / 1000


def test_webdataset_decodes_the_images(tabletop_dir, stored, tmp_path):
    writer.write_webdataset(Dataset.open(tabletop_dir), tmp_path)
    _, images = stored(tabletop_dir)
    sample = samples_of([str(tmp_path / "train-000000.tar")], "rgb8")[0]
    ours = decode(images[int(sample["__key__"])]["overhead"])
    assert np.array_equal(sample["overhead.webp"], ours)


@names
def test_plain_images_have_their_bytes_and_a_table_of_the_rest(name, request, stored, tmp_path):
    folder = request.getfixturevalue(f"{name}_dir")
    counts = write_images(Dataset.open(folder), tmp_path)
    rows, images = stored(folder)
    found = [{} for _ in rows]
    tables = list(tmp_path.glob("*/metadata.csv"))
    for table in tables:
        for line in csv.DictReader(table.read_text().splitlines()):
            number = int(line["row"])
            found[number][line["column"]] = (table.parent / line["file_name"]).read_bytes()
            parts = line["file_name"].split("/")
            assert table.parent.name == line["split"] == rows[number]["split"] and len(parts) == 3
            assert int(line["episode"]) == rows[number]["episode"]
            if name == "tabletop":
                assert parts[0] == line["object.kind"] == rows[number]["object"]["kind"]
                assert float(line["object.mass"]) == rows[number]["object"]["mass"]
                assert json.loads(line["pixel"] or "null") == rows[number]["pixel"]
    photos = [{c: data for c, data in of.items() if not is_annotation(c)} for of in images]
    assert found == photos and photos != images
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert counts["images"] == len(files) - len(tables)


def test_the_image_folder_of_datasets_and_our_own_photos_read_it(
    turntable_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "hf")
    (tmp_path / "it").mkdir()
    write_images(Dataset.open(turntable_dir), tmp_path / "it")
    with files_left_open():
        rows = load_dataset("imagefolder", data_dir=str(tmp_path / "it"))
    assert {split: len(part) for split, part in rows.items()} == {"validation": 36, "test": 36}
    assert set(rows["test"]["split"]) == {"test"} and rows["test"][0]["image"].size == (64, 64)
    assert set(rows["validation"]["role"]) == {"gallery", "query"}
    labelled = open_labelled(f"folder:{tmp_path / 'it' / 'test'}")
    assert len(set(labelled.instance)) == 6 and set(labelled.category) <= {
        "mug",
        "bowl",
        "box",
        "book",
    }


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of theirs
def test_pycocotools_reads_the_very_masks(masked_dir, stored, tmp_path):
    counts = write_coco(Dataset.open(masked_dir), tmp_path)
    assert counts == {"images": 6, "objects": 9, "categories": 2}
    rows, images = stored(masked_dir)
    seen = 0
    for split in ("val", "test"):
        coco = COCO(str(tmp_path / "annotations" / f"instances_{split}.json"))
        for image in coco.loadImgs(coco.getImgIds()):
            row = image["id"] - 1
            assert rows[row]["split"] == split
            assert (tmp_path / split / image["file_name"]).read_bytes() == images[row]["image"]
            mask = decode_mask(images[row]["image_mask"])
            assert (image["height"], image["width"]) == mask.shape
            found = coco.loadAnns(coco.getAnnIds([image["id"]]))
            assert len(found) == len(rows[row]["image_objects"])
            for thing, told in zip(rows[row]["image_objects"], found, strict=True):
                ours = mask == thing["number"]
                assert np.array_equal(coco.annToMask(told), ours)
                assert coco.cats[told["category_id"]]["name"] == thing["category"]
                v, u = np.nonzero(ours)
                box = [u.min(), v.min(), np.ptp(u) + 1, np.ptp(v) + 1]
                assert told["bbox"] == box and told["area"] == ours.sum()
                assert told["instance"] == thing["instance"]
                seen += 1
    assert seen == 9


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (7, 2)])
def test_run_lengths_make_the_mask_again(shape):
    rng = np.random.default_rng(0)
    for mask in (np.ones(shape, bool), rng.random(shape) < 0.5, ~np.ones(shape, bool)):
        counts = run_lengths(mask)
        pixels = np.repeat(np.arange(len(counts)) % 2, counts)
        assert np.array_equal(pixels.reshape(shape, order="F"), mask)
