"""The pages about a moving camera: drives, patterns, displacements, predicted views."""

import json
import shutil

import cv2
import numpy as np
import pytest
import torch

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.motion import SECONDS, mine_pairs
from embodied_ssl.report import ReportConfig, run_report
from embodied_ssl.report.motions import ATOMIC, displacements, motions
from embodied_ssl.report.predicted import JUDGED, as_small, predicted
from embodied_ssl.report.rooms import STRIP, rooms


@pytest.fixture(scope="module")
def section(rooms_dir):
    return rooms(Dataset.open(rooms_dir))


def test_tiles_say_what_was_driven(section, rooms_dir):
    tiles = dict(section["tiles"])
    assert tiles["rooms"] == "4" and tiles["kinds of room"] == "2" and tiles["frames"] == "192"
    assert tiles["frames with a bump"] == "0.0%"
    rows = Dataset.open(rooms_dir).cache().rows
    ahead = np.stack(rows["odometry"])[rows["step"] > 0, 0]  # nothing led to the first frames
    assert tiles["metres driven"] == f"{ahead.sum():.0f}"
    assert section["splits"] == [("train", 3), ("val", 1), ("test", 0)]


def test_a_strip_of_each_kind_in_the_order_of_time(section):
    assert [strip["kind"] for strip in section["strips"]] == ["kitchen", "office"]
    for strip in section["strips"]:
        assert len(strip["frames"]) == len(strip["map"]["marks"]) == STRIP
        assert len(strip["map"]["way"]) == 48


def test_patterns_are_of_the_training_pairs(section):
    found = section["motions"]
    assert found["reason"] is None
    together = 3 * sum(48 - gap for gap in range(1, 6))
    assert found["pairs"] + found["bumped"] + found["still"] == together
    assert {p["name"]: p["colour"] for p in found["patterns"] if p["name"]} == ATOMIC
    assert sum(int(p["share"].rstrip("%")) for p in found["patterns"]) == pytest.approx(100, abs=3)


def test_no_colour_is_used_twice(section):
    colours = [pattern["colour"] for pattern in section["motions"]["patterns"]]
    assert len(set(colours)) == len(colours) == 6


def test_why_there_are_no_patterns(rooms_dir):
    cache = Dataset.open(rooms_dir).cache()
    rows = cache.rows | {"split": np.full(192, "test", object)}
    assert "train episode" in motions(rows, 0)["reason"]


def test_displacements_have_a_chart_for_each_model(equivariance):
    results = json.loads(equivariance.read_text())
    (model,) = displacements(results)
    assert model["name"] == "pixels"
    assert all(colour in model["chart"] for colour in ATOMIC.values())
    assert model["alike"] is None  # there is only one room
    del results["displacements"]  # as other protocols have none
    assert displacements(results) == []


def test_views_are_predicted_for_each_pattern(view_run, rooms_dir):
    found = predicted(view_run)
    pairs = mine_pairs(Dataset.open(rooms_dir).cache(), "val", SECONDS)
    assert found["reason"] is None and found["pairs"] == min(JUDGED, len(pairs))
    assert 0 < found["unchanged"] < 1 and 0 < found["error"] < 1
    assert len(found["samples"]) == 6
    assert [name for name, _ in found["samples"][0]["images"]] == ["before", "predicted", "after"]
    captions = [sample["caption"] for sample in found["samples"]]
    assert "right" in captions[0] and "left" in captions[-1]
    assert predicted(view_run) == found


def test_images_are_made_small_by_area():
    image = np.zeros((1, 3, 4, 4), np.uint8)
    image[0, 1, :2, :2] = 255
    small = as_small(torch.from_numpy(image), 2)
    assert small.shape == (1, 2, 2, 3)
    assert small[0, :, :, 1].tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ("checkpoints", "no checkpoint"),
        ("path", "elsewhere is not there"),
        ("fingerprint", "not as it was trained on"),
    ],
)
def test_a_run_without_its_checkpoint_or_data_is_reported_all_the_same(
    view_run, lost, why, tmp_path
):
    run = tmp_path / "views"
    shutil.copytree(view_run, run)
    if lost == "checkpoints":
        shutil.rmtree(run / "checkpoints")
    else:
        settings = json.loads((run / "run.json").read_text())
        settings["datasets"]["rooms"][lost] = "elsewhere"
        (run / "run.json").write_text(json.dumps(settings))
    page = run_report(ReportConfig(runs=(run,), out=tmp_path / "report.html")).read_text()
    assert "Predicted views" in page and why in page


def test_other_worlds_are_not_shown(turntable_dir, tmp_path):
    with pytest.raises(UserError, match="tabletop or rooms"):
        run_report(ReportConfig(data=(str(turntable_dir),), out=tmp_path / "report.html"))


def test_sequences_of_others_are_shown_too(tmp_path):
    poses = np.tile(np.eye(4)[:3], (40, 1, 1))
    poses[:, 2, 3] = np.linspace(0, 4, 40) ** 2  # faster and faster
    for drive in ("a", "b"):
        folder = tmp_path / "street" / drive
        folder.mkdir(parents=True)
        np.savetxt(folder / "poses.txt", poses.reshape(40, 12))
        for number in range(40):
            image = np.full((20, 20, 3), 6 * number, np.uint8)
            cv2.imwrite(str(folder / f"{number:06d}.png"), image)
    data = f"folder-video:{tmp_path / 'street'}"
    page = run_report(ReportConfig(data=(data,), out=tmp_path / "report.html")).read_text()
    assert "<b>32</b>" in page  # metres
    assert ">5 m<" in page  # the bar of a map of 16 m
