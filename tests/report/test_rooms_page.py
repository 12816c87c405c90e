"""The pages about a moving camera: trajectories, patterns, displacements, predicted views."""

import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from embodied_ssl.data import Dataset
from embodied_ssl.evaluation.displacement_figures import displacement_charts
from embodied_ssl.figures import MOTION_COLOURS, Pictures
from embodied_ssl.methods.motion.view_prediction_figures import JUDGED, as_small
from embodied_ssl.motion import SECONDS, mine_pairs
from embodied_ssl.report import ReportConfig, run_report
from embodied_ssl.report.html import html
from embodied_ssl.report.images import svg
from embodied_ssl.report.motions import motions
from embodied_ssl.report.rooms import STRIP, episodes, from_above, poses_of, rooms, strips
from embodied_ssl.report.trained import method_figures


@pytest.fixture(scope="module")
def cache(rooms_dir):
    return Dataset.open(rooms_dir).cache()


def test_tiles_say_what_was_driven(rooms_dir, cache):
    section = rooms(Dataset.open(rooms_dir))
    tiles = section.figures[0].values
    assert tiles["rooms"] == "4" and tiles["categories of room"] == "2" and tiles["frames"] == "192"
    assert tiles["frames with a bump"] == "0.0%"
    # Nothing led to the first frames.
    ahead = np.stack(cache.rows["odometry"])[cache.rows["step"] > 0, 0]
    assert tiles["metres driven"] == f"{ahead.sum():.0f}"
    assert section.text == "3 train, 1 val, 0 test rooms." and section.menu == "Rooms"


def test_a_strip_of_each_category_in_the_order_of_time(cache):
    found = episodes(cache.rows)
    paths = [from_above(poses_of(cache.rows, episode)) for episode in found]
    shown = strips(cache, found, paths, seed=0)
    assert [strip["category"] for strip in shown] == ["kitchen", "office"]
    for strip in shown:
        assert len(strip["frames"]) == len(strip["map"]["marks"]) == STRIP
        assert len(strip["map"]["way"]) == 48


def test_patterns_are_of_the_training_pairs(cache):
    found = motions(cache.rows, seed=0)
    assert found["reason"] is None
    together = 3 * sum(48 - gap for gap in range(1, 6))
    assert found["pairs"] + found["bumped"] + found["still"] == together
    assert {p["name"]: p["colour"] for p in found["patterns"] if p["name"]} == MOTION_COLOURS
    assert sum(int(p["share"].rstrip("%")) for p in found["patterns"]) == pytest.approx(100, abs=3)


def test_no_colour_is_used_twice(cache):
    colours = [pattern["colour"] for pattern in motions(cache.rows, seed=0)["patterns"]]
    assert len(set(colours)) == len(colours) == 6


def test_why_there_are_no_patterns(cache):
    rows = cache.rows | {"split": np.full(192, "test", object)}
    assert "train episode" in motions(rows, 0)["reason"]


@pytest.mark.parametrize("older", [False, True])
def test_displacements_have_a_chart_for_each_model(equivariance, older):
    results = json.loads(equivariance.read_text())
    if older:  # as versions before 0.2 have it
        results["displacements"] = {
            name: numbers.pop("displacement") for name, numbers in results["models"].items()
        }
    (chart,) = displacement_charts(results).figures
    assert chart.title == "pixels"
    (dots,) = chart.figure.axes[0].collections
    assert {to_hex(colour) for colour in dots.get_facecolors()} == {*MOTION_COLOURS.values()}
    assert svg(chart.figure).count("<image") == 1  # not a thousand elements
    assert chart.caption.startswith("purity n/a")  # there is only one room


def test_views_are_predicted_for_each_pattern(view_run, rooms_dir):
    section, *_ = method_figures(view_run, "view-prediction", seed=0)
    pairs = mine_pairs(Dataset.open(rooms_dir).cache(), "val", SECONDS)
    assert section.title == "Predicted views"
    assert f"on {min(JUDGED, len(pairs))} such pairs" in section.text
    (pictures,) = section.figures
    assert isinstance(pictures, Pictures) and len(pictures.strips) == 6
    names = [picture.caption for picture in pictures.strips[0].pictures]
    assert names == ["before", "predicted", "after"]
    captions = [strip.caption for strip in pictures.strips]
    assert "right" in captions[0] and "left" in captions[-1]
    assert html(method_figures(view_run, "view-prediction", seed=0)[0]) == html(section)


def test_the_error_is_that_of_the_predicted_views(view_run, monkeypatch):
    """A method that predicts no change errs as much as the view before."""
    from embodied_ssl.methods.motion import view_prediction

    def unchanged(self, first, motion):
        small = as_small(first, 48)
        return torch.from_numpy(small).permute(0, 3, 1, 2)

    monkeypatch.setattr(view_prediction.ViewPrediction, "predict", unchanged)
    section, *_ = method_figures(view_run, "view-prediction", seed=0)
    error, same = (part.split(": ")[-1].rstrip(".") for part in section.text.split("; "))
    assert error == same.split(": ")[-1] and 0 < float(error) < 1


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
    assert "Not shown" in page and why in page


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
