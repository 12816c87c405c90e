"""What is in the table: baselines, an untrained control for each architecture, runs by name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.image_size import trained_size
from embodied_ssl.evaluation.models import list_models, run_folders
from embodied_ssl.evaluation.protocols.interactions import Interactions
from embodied_ssl.evaluation.results import USUAL, runs_of, short_names
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.trunks import Trunk

CPU = torch.device("cpu")


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)


def test_baselines_are_always_in_the_table_and_the_default_trunk_untrained(images):
    models = list_models(["pixels"], USUAL, seed=0)
    assert list(models) == ["pixels", "histogram", "random"]
    trunk = models["random"](images, CPU).trunk
    assert trunk.name == "alexnet" and trunk.settings["width"] == 1.0


def test_there_is_an_untrained_control_for_each_architecture(robot_run, motion_run, images):
    models = list_models([robot_run, motion_run], USUAL, seed=0)
    names = ["random (alexnet width 0.1)", "random (alexnet width 0.15)"]
    assert list(models) == ["pixels", "histogram", *names, robot_run, motion_run]
    for name, run in zip(names, (robot_run, motion_run), strict=True):
        control, trained = models[name](images, CPU).trunk, models[run](images, CPU).trunk
        shapes = [tensor.shape for tensor in trained.state_dict().values()]
        assert [tensor.shape for tensor in control.state_dict().values()] == shapes
        assert not torch.equal(control.conv1[0].weight, trained.conv1[0].weight)


def test_runs_of_one_architecture_share_a_control(robot_run, tmp_path):
    other = str(shutil.copytree(robot_run, tmp_path / "other"))
    assert list(list_models([robot_run, other], ("random",), seed=0)) == [
        "random", robot_run, other]  # fmt: skip


def test_a_run_in_a_folder_called_random_is_no_baseline(robot_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(robot_run, "random")
    models = list_models(["./random"], ("random",), seed=0)
    assert list(models) == ["random", "./random"]
    assert short_names(models) == {"random": "random", "./random": "./random"}
    results = {"models": models, "settings": {"runs": ["./random", "random"]}}
    assert runs_of(results) == ["./random"]


@pytest.mark.parametrize("name", USUAL)
def test_a_baseline_that_is_a_run_here_too_is_refused(robot_run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir()  # no run: the baseline is meant
    assert run_folders([name]) == []
    shutil.copytree(robot_run, name, dirs_exist_ok=True)
    with pytest.raises(
        UserError, match=rf"{name} is a baseline and a run folder here: say \./{name}"
    ):
        list_models([name], USUAL, seed=0)


@pytest.mark.parametrize("name", ["random", "pixels", "majority or mean"])
def test_runs_called_like_other_rows_are_rows_of_their_own(
    robot_run, tabletop_dir, tmp_path, monkeypatch, name
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Interactions, "baselines", ("pixels",))
    shutil.copytree(robot_run, tmp_path / name)
    shutil.copytree(robot_run, tmp_path / "s1" / name)
    config = EvaluateConfig((f"{name}/", f"s1/{name}"), str(tabletop_dir), "interactions")
    results = run_evaluate(config)
    runs = runs_of(results)
    assert len(runs) == len(results["runs"]) == 2 and len(results["models"]) == 5
    assert len(set(short_names(results["models"]).values())) == 5
    numbers = [results["models"][run]["grasp_accuracy"] for run in runs]
    assert numbers[0] == numbers[1] != results["models"]["majority or mean"]["grasp_accuracy"]


@pytest.mark.parametrize("kind", ["file", "empty", "checkpoint", "training"])
def test_what_is_no_finished_run_is_one_line(robot_run, tmp_path, kind):
    path = tmp_path / kind
    if kind == "file":
        path.write_text("mine")
    elif kind == "training":
        shutil.copytree(robot_run, path, ignore=shutil.ignore_patterns("step-*"))
    elif kind == "empty":
        path.mkdir()
    else:
        path = next(Path(robot_run).glob("checkpoints/*/trunk"))
    said = {"file": "no run folder but a file", "empty": "it has no run.json",
            "checkpoint": "it lies in the run", "training": "no checkpoint yet"}  # fmt: skip
    with pytest.raises(UserError, match=said[kind]) as caught:
        list_models([str(path)], (), seed=0)
    assert "\n" not in str(caught.value)


def test_images_too_small_for_a_trunk_are_one_line(robot_run, turntable_dir, monkeypatch):
    monkeypatch.setattr(Trunk, "_takes", lambda self, size: size > 40)
    with pytest.raises(UserError, match="takes no images of 32 pixels: 41 would do"):
        run_evaluate(EvaluateConfig((robot_run,), str(turntable_dir), image_size=32))


def test_a_folder_that_is_named_twice_is_one_row(robot_run):
    assert list(list_models([robot_run, robot_run + "/"], (), seed=0)) == [robot_run]


def test_short_names_tell_runs_apart():
    names = ["pixels", "s0/run", "s1/run", "x/s1/run", "a/b/other/", "a/pixels", "random (a/b x/y)"]
    assert short_names(names) == {
        "pixels": "pixels", "s0/run": "s0/run", "s1/run": "s1/run", "x/s1/run": "x/s1/run",
        "a/b/other/": "other", "a/pixels": "a/pixels", "random (a/b x/y)": "random (a/b x/y)",
    }  # fmt: skip
    assert short_names(["random/"]) == {"random/": "random/"}


def test_maps_are_what_features_are_pooled_from(robot_run, images):
    model = list_models([robot_run], (), seed=0)[robot_run](images, CPU)
    maps, features = model.maps(images), model.features(images)
    assert list(maps) == list(model.trunk.stage_names)
    np.testing.assert_allclose(features["conv3", "mean"], maps["conv3"].mean((2, 3)), atol=0.02)
    np.testing.assert_allclose(features["fc1", ""], maps["fc1"][:, :, 0, 0], atol=0.02)


def test_what_is_trained_further_is_a_copy(robot_run, images):
    model = list_models([robot_run], (), seed=0)[robot_run](images, CPU)
    before = model.features(images)
    copy = model.trainable()
    assert all(weights.requires_grad for weights in copy.parameters())
    with torch.no_grad():
        copy.conv1[0].weight.zero_()
    for key, values in model.features(images).items():
        np.testing.assert_array_equal(values, before[key])
    pixels = list_models(["pixels"], (), seed=0)["pixels"](images, CPU)
    assert pixels.trunk is None and pixels.maps(images) == {} and pixels.method() is None
    with pytest.raises(UserError, match="pixels has no network"):
        pixels.trainable()


def test_the_method_of_a_run_comes_with_its_heads(robot_run, images):
    model = list_models([robot_run], (), seed=0)[robot_run](images, CPU)
    assert model.run == Path(robot_run)
    assert model.method().part(CuriousRobot) is not None


def with_sizes(run, folder, image_size=None, **datasets):
    """A copy of a run that says that it was trained on such images."""
    shutil.copytree(run, folder)
    settings = json.loads((folder / "run.json").read_text())
    settings["train"]["image_size"] = image_size
    settings["datasets"] = {w: {"path": "", "image_size": size} for w, size in datasets.items()}
    (folder / "run.json").write_text(json.dumps(settings))
    return str(folder)


def test_images_have_the_size_of_the_training_runs(robot_run, tmp_path, turntable_dir, rooms_dir):
    assert trained_size([], "nowhere") is None
    assert trained_size([robot_run], str(turntable_dir)) == 64
    smaller = with_sizes(robot_run, tmp_path / "smaller", 48, tabletop=64)
    assert trained_size([smaller], "folder:photos") == 48
    both = with_sizes(robot_run, tmp_path / "both", tabletop=96, rooms=64)
    assert trained_size([both], str(rooms_dir)) == 64
    with pytest.raises(UserError, match="both at 64 and 96 pixels: say --image-size"):
        trained_size([both], str(turntable_dir))
    with pytest.raises(UserError, match=r"smaller at 48, .* at 64 pixels: say --image-size"):
        trained_size([smaller, robot_run], str(turntable_dir))
