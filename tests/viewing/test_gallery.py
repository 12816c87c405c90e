"""The files of a gallery, and what is refused."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.shards import decode
from embodied_ssl.viewing.gallery import write_gallery
from embodied_ssl.viewing.recording import save_recording
from embodied_ssl.viewing.sheets import FULL


def called(file):
    """What a script calls a function of the page with."""
    text = file.read_text()
    return json.loads("[" + text[text.index("(") + 1 : text.rindex(")")] + "]")


def told(gallery):
    """The index of a gallery, and the details of every clip."""
    (index,) = called(gallery / "clips.js")
    parts = [called(file) for file in sorted((gallery / "details").iterdir())]
    assert [number for number, _ in parts] == list(range(len(index["frames"])))
    return index, [clip for _, clips in parts for clip in clips]


def test_every_interaction_is_there_with_its_frames(galleries, tabletop_dir):
    index, details = told(galleries["tabletop"])
    rows = Dataset.open(tabletop_dir).table().to_pylist()
    assert index["names"] == [f"episode-{row['episode']}-{row['step']}" for row in rows]
    assert len(details) == len(rows)
    assert max(index["frames"]) <= FULL
    for clip, row in enumerate(rows[:12]):
        sheet, _, first, count, poster = index["places"][clip]
        page = np.asarray(Image.open(galleries["tabletop"] / "sheets" / f"{sheet:05d}.webp"))
        side, columns = page.shape[1] // index["columns"], index["columns"]
        cameras = ("overhead", "wrist", "before", "after")
        images = [row[name] for name in cameras if row[name]] + (row["views"] or [])
        assert count == len(images) == len(details[clip]["frames"])
        for number, image in enumerate(images, first):
            top, left = side * (number // columns), side * (number % columns)
            shown = page[top : top + side, left : left + side].astype(int)
            assert np.abs(shown - decode(image["bytes"])).mean() < 12
        if row["before"]:
            assert details[clip]["frames"][poster][0] == "before"


def test_labels_numbers_and_forces_are_those_of_the_rows(galleries, tabletop_dir):
    index, details = told(galleries["tabletop"])
    rows = Dataset.open(tabletop_dir).table().to_pylist()
    labels = {label["name"]: label for label in index["labels"]}
    for clip, row in enumerate(rows):
        values = {name: each["of"][clip] for name, each in labels.items()}
        assert labels["interaction"]["values"][values["interaction"]] == row["interaction"]
        assert labels["category"]["values"][values["category"]] == row["object"]["kind"]
        assert (values["success"] == -1) == (row["success"] is None)
        numbers = dict(details[clip]["numbers"])
        assert numbers["object"] == row["object"]["instance"]
        if row["force"]:
            (plot,) = details[clip]["plots"]
            force = plot["lines"]["force"]
            np.testing.assert_allclose(force[-8:], row["force"][-8:], rtol=1e-3)
            np.testing.assert_allclose(np.diff(plot["seconds"]), 1 / 240, rtol=0.05)
        if row["success"] is not None:
            assert numbers["closing direction"] == f"{10 * row['angle']}°"
            assert [mark["verdict"] for mark in details[clip]["frames"][2][2]] == 3 * [
                "right" if row["success"] else "wrong"
            ]


def test_long_episodes_are_thinned_and_have_a_way(galleries):
    index, details = told(galleries["rooms"])
    assert index["names"] == [f"episode-{k}" for k in range(4)]
    assert all(clip["of"] == 48 and len(clip["way"]["way"]) == 48 for clip in details)
    assert [frame[1] for frame in details[0]["frames"]] == pytest.approx(np.arange(48) / 10)
    assert {plot["title"] for plot in details[0]["plots"]} == {"speed ahead", "turn rate"}


def test_the_first_ones_only(command, tabletop_dir, tmp_path):
    status, said, _ = command("view", tabletop_dir, "--html", tmp_path / "out", "--limit", 7)
    assert status == 0 and "7 interactions" in said
    assert len(told(tmp_path / "out")[0]["names"]) == 7
    assert "the first 7 interactions" in (tmp_path / "out" / "index.html").read_text()
    status, _, errors = command("view", tabletop_dir, "--html", tmp_path / "out", "--limit", 0)
    assert status == 2 and "--limit must be a whole number" in errors


def refused(result, said):
    status, output, errors = result
    assert status == 2 and not output
    assert errors.splitlines()[-1].startswith("error: ") and errors.count("error") == 1
    assert said in errors and "Traceback" not in errors


def test_a_damaged_shard_is_named_and_nothing_is_left(command, tabletop_dir, tmp_path):
    data = shutil.copytree(tabletop_dir, tmp_path / "data")
    shard = data / "data" / "00001.parquet"
    shard.write_bytes(shard.read_bytes()[:-9])
    refused(command("view", data, "--html", tmp_path / "out"), "00001.parquet is damaged")
    assert os.listdir(tmp_path) == ["data"]


def test_rows_that_lack_what_the_world_shows(command, turntable_dir, tmp_path):
    data = shutil.copytree(turntable_dir, tmp_path / "data")
    text = (data / "dataset.json").read_text()
    (data / "dataset.json").write_text(text.replace('"turntable"', '"rooms"'))
    refused(command("view", data, "--html", tmp_path / "out"), "does not hold what rooms shows")


def test_a_part_is_shown_as_one(command, tabletop_of, tmp_path):
    data = tabletop_of(tmp_path / "data", 30, rows_per_shard=15)
    content = json.loads((data / "dataset.json").read_text())
    del content["shards"]["00001.parquet"], content["rows"]
    (data / "dataset.json").write_text(json.dumps(content))
    status, said, errors = command("view", data, "--html", tmp_path / "out")
    assert status == 0 and "15 interactions" in said and "is a part" in errors
    assert "a part: 1 of 2 shards" in (tmp_path / "out" / "index.html").read_text()


def test_nothing_to_show(command, tabletop_dir, tmp_path, monkeypatch):
    refused(command("view", tmp_path / "gone", "--html", tmp_path / "out"), "is not there")
    Manifest("rooms", {"image_size": 64}).write(tmp_path / "begun")
    refused(command("view", tmp_path / "begun", "--html", tmp_path / "out"), "holds no rows yet")

    monkeypatch.setattr("embodied_ssl.worlds.tabletop.Tabletop.clips", lambda *rows: [])
    refused(command("view", tabletop_dir, "--html", tmp_path / "out"), "holds nothing to show")
    assert not (tmp_path / "out").exists()


def test_only_a_gallery_is_replaced(command, turntable_dir, tmp_path, monkeypatch):
    data, out = shutil.copytree(turntable_dir, tmp_path / "data"), tmp_path / "out"
    out.mkdir()
    assert command("view", data, "--html", out)[0] == 0  # an empty folder
    (out / "sheets" / "00099.webp").write_bytes(b"of another time")
    assert command("view", data, "--html", out)[0] == 0
    assert not (out / "sheets" / "00099.webp").exists()
    (out / "thesis.txt").write_text("mine")
    refused(command("view", data, "--html", out), "holds something that is no gallery")
    assert (out / "thesis.txt").read_text() == "mine"
    refused(command("view", data, "--html", out / "thesis.txt"), "is a file")
    refused(command("view", data, "--html", out / "thesis.txt" / "sub"), "nothing can be written")
    for folder in (data, tmp_path):
        refused(command("view", data, "--html", folder), "would replace")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    refused(command("view", data, "--html", tmp_path / "link"), "leads nowhere")
    refused(command("view", data, "--html", "x" * 999), "cannot be used")
    assert sorted(os.listdir(tmp_path)) == ["data", "link", "out"]


def test_a_full_disk_leaves_the_gallery_of_before(command, turntable_dir, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert command("view", turntable_dir, "--html", out, "--limit", 2)[0] == 0

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("embodied_ssl.viewing.sheets.Sheet.encoded", full)
    refused(command("view", turntable_dir, "--html", out), "No space left on device")
    assert os.listdir(tmp_path) == ["out"] and len(told(out)[0]["names"]) == 2


def test_an_object_that_slipped_away_at_once_is_there_without_an_image(tabletop_of, tmp_path):
    def blind(row):
        return row | {"views": []} if row["interaction"] == "look" else None

    dataset = Dataset.open(tabletop_of(tmp_path / "data", 400, blind))
    index, details = told(write_gallery(dataset, tmp_path / "out"))
    assert len(index["names"]) == dataset.num_rows > FULL
    assert index["notes"][0] == "0 views" and not details[0]["frames"]
    save_recording(dataset, tmp_path / "blind.rrd")
