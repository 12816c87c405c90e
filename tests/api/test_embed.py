"""``embed`` writes what ``load(...).embed`` gives, a row an image."""

import json

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

import embodied_ssl


@pytest.fixture
def photos(tmp_path):
    """Three photos, all of them held out, and one that cannot be read."""
    for name in ("a/test_1", "a/test_2", "b/c/test_3"):
        path = tmp_path / "photos" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.random.default_rng(len(name)).integers(0, 256, (70, 80, 3)))
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no photo")
    return tmp_path / "photos"


def vectors(table):
    return np.stack(table["embedding"].to_numpy())


def test_photos(new_run, photos, tmp_path, command):
    out = tmp_path / "new" / "features.parquet"
    status, said, errors = command("embed", new_run, "--data", f"folder:{photos}", "--out", out)
    assert status == 0 and "3 images" in said and "conv5 mean" in said
    assert "1 of 4 photos cannot be read (broken.jpg ...)" in errors
    table = pq.read_table(out)
    assert table["path"].to_pylist() == ["a/test_1.png", "a/test_2.png", "b/c/test_3.png"]
    paths = [photos / path for path in table["path"].to_pylist()]
    expected = embodied_ssl.load(new_run).embed(paths)
    np.testing.assert_allclose(vectors(table), expected, atol=1e-6)
    told = json.loads(table.schema.metadata[b"embodied_ssl"])
    assert told["embedding"] == "conv5 mean" and told["settings"]["run"] == str(new_run)


def test_a_dataset_with_lists_of_images(new_run, tabletop_dir, tmp_path, command, monkeypatch):
    monkeypatch.setattr("embodied_ssl.api.to_embed.AT_A_TIME", 7)
    out = tmp_path / "features.parquet"
    data = embodied_ssl.open_dataset(tabletop_dir)
    for column in ("before", "views"):
        settings = ("--data", tabletop_dir, "--column", column, "--out", out)
        assert command("embed", new_run, *settings)[0] == 0
        table = pq.read_table(out)
        there = data.has(column)
        assert table.num_rows == there.sum()
        images = data.numpy([column])[column][there]
        expected = embodied_ssl.load(new_run).embed(images)
        np.testing.assert_allclose(vectors(table), expected, atol=1e-6)
        rows = table["row"].to_numpy()
        np.testing.assert_array_equal(rows, np.nonzero(there)[0])
        assert table["split"].to_pylist() == data.numpy(["split"])["split"][rows].tolist()


def test_wrong_input_is_one_line(new_run, tabletop_dir, photos, tmp_path, command, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # it would try for long
    out = tmp_path / "features.parquet"
    empty = tmp_path / "empty"
    empty.mkdir()
    cases = {
        ("nowhere", "--data", tabletop_dir, "--out", out): "nowhere is no folder",
        (new_run, "--data", "nowhere", "--out", out): "nowhere",
        (new_run, "--data", f"folder:{empty}", "--out", out): "holds no photos",
        (new_run, "--data", tabletop_dir, "--column", "befor", "--out", out): "mean 'before'",
        (new_run, "--data", f"folder:{photos}", "--column", "a", "--out", out): "no --column",
        (new_run, "--data", tabletop_dir, "--out", empty): "is a folder: name a file",
    }
    for args, words in cases.items():
        status, _, errors = command("embed", *args)
        assert status == 2 and words in errors and errors.startswith("error: "), errors
    assert not out.exists()


def test_photos_of_which_none_can_be_read(new_run, tmp_path, command):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"no photo")
    out = tmp_path / "features.parquet"
    data = ("--data", f"folder:{tmp_path / 'photos'}")
    status, _, errors = command("embed", new_run, *data, "--out", out)
    assert status == 2 and "has no photo that can be read" in errors and not out.exists()
