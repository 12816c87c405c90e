"""The loop and its run folder: settings that must agree, budgets, what is refused."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from embodied_ssl.checkpoints import read_state
from embodied_ssl.errors import UserError
from embodied_ssl.methods.contrastive.simclr import SimCLR
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.sampling import FrameSampler
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_method, load_run, load_trunk
from embodied_ssl.trunks import AlexNet


def test_a_finished_run_is_left_alone(config):
    run_train(config, "rotation")
    before = {path: path.stat().st_mtime_ns for path in config.out.rglob("*")}
    run_train(config, "rotation")
    assert {path: path.stat().st_mtime_ns for path in config.out.rglob("*")} == before


def test_other_settings_in_the_same_folder_are_refused(config):
    run_train(config, "simclr")
    said = "was trained with --seed 0, not 1: say that, or choose another --out"
    with pytest.raises(UserError, match=said):
        run_train(dataclasses.replace(config, seed=1), "simclr")
    with pytest.raises(UserError, match=r"--lr 0\.001, not 0\.1"):
        run_train(dataclasses.replace(config, recipe=Recipe(lr=0.1)), "simclr")
    with pytest.raises(UserError, match="the method simclr, not rotation: say that, or choose"):
        run_train(config, "rotation")
    with pytest.raises(UserError, match=r"--temperature 0\.2, not 0\.4"):
        run_train(config, "simclr", SimCLR.Config(temperature=0.4))
    with pytest.raises(UserError, match="--trunk alexnet, not kitti: say that, or choose"):
        run_train(dataclasses.replace(config, trunk="kitti"), "simclr")
    with pytest.raises(UserError, match=r"--trunk\.width 0\.1, not 0\.2"):
        settings = {"width": 0.2, "fc_dim": 16}
        run_train(dataclasses.replace(config, trunk_settings=settings), "simclr")


def test_a_run_of_before_a_setting_existed_is_continued(config):
    run_train(config, "rotation")
    path = config.out / "run.json"
    run = json.loads(path.read_text())
    del run["train"]["image_size"], run["trunk_settings"]["grid"]
    path.write_text(json.dumps(run))
    run_train(config, "rotation")
    run["recipe"]["warmup"] = 0.5
    path.write_text(json.dumps(run))
    with pytest.raises(UserError, match=r"--warmup 0\.5, not 0\.03"):
        run_train(config, "rotation")


def test_a_setting_that_was_not_there_had_its_default(config):
    run_train(config, "rotation")
    path = config.out / "run.json"
    run = json.loads(path.read_text())
    del run["recipe"]["lr_schedule"]
    path.write_text(json.dumps(run))
    with pytest.raises(UserError, match="--lr-schedule cosine, not constant"):
        run_train(dataclasses.replace(config, recipe=Recipe(lr_schedule="constant")), "rotation")


def test_frames_are_not_enlarged(config):
    with pytest.raises(UserError, match="--train-size 48 would enlarge"):
        dataclasses.replace(config, image_size=32, train_size=48)


def test_a_folder_that_holds_something_else_is_refused(config):
    config.out.mkdir()
    (config.out / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="no run"):
        run_train(config, "simclr")
    assert [path.name for path in config.out.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("setting", ["images", "batch_size", "image_size", "train_size"])
def test_settings_below_one_are_refused(config, setting):
    with pytest.raises(UserError, match="--" + setting.replace("_", "-")):
        dataclasses.replace(config, **{setting: 0})


def test_unknown_names_suggest_the_nearest(config):
    with pytest.raises(UserError, match="curious-robot"):
        run_train(config, "curious_robot")
    with pytest.raises(UserError, match="alexnet"):
        run_train(dataclasses.replace(config, trunk="alexnett"), "simclr")
    assert not config.out.exists()


def test_a_turntable_is_no_training_data(config, turntable_dir):
    for method, said in (("simclr", "no episodes to train on"), ("drlim", "rooms data alone")):
        with pytest.raises(UserError, match=said):
            run_train(dataclasses.replace(config, data=(str(turntable_dir),)), method)
    assert not config.out.exists()


@pytest.mark.parametrize(
    ("method", "trunk", "settings", "said"),
    [
        ("mae", "alexnet", {"width": 0.1}, "mae trains a ViT, which the trunk alexnet is not"),
        ("simclr", "vit", {"patch": 32}, "48"),
        ("simclr", "vit_tiny_patch16_224", {}, None),
    ],
)
def test_a_trunk_that_does_not_fit_leaves_no_folder(config, method, trunk, settings, said):
    config = dataclasses.replace(config, trunk=trunk, trunk_settings=settings, images=8)
    if said is None:
        run_train(config, method)
        assert load_run(config.out).trunk == trunk
        return
    with pytest.raises(UserError, match=said):
        run_train(config, method)
    assert not config.out.exists()


@pytest.mark.parametrize("method", ["curious-robot", "rotation", "simclr"])
def test_the_budget_counts_images_through_the_trunk(config, method, monkeypatch):
    seen, stages = [], AlexNet.stages

    def counted(self, x):
        if self.training:  # sizes are checked in evaluation mode
            seen.append(x.shape[0] * x.shape[2] * x.shape[3] / 48**2)
        return stages(self, x)

    monkeypatch.setattr(AlexNet, "stages", counted)
    run_train(config, method)
    last = json.loads((config.out / "metrics.jsonl").read_text().splitlines()[-1])
    assert sum(seen) == pytest.approx(last["images"])
    assert config.images <= last["images"] < config.images + max(seen)


def test_a_run_can_be_loaded_again(config):
    run_train(config, "curious-robot")
    info = load_run(config.out)
    assert (info.method, info.trunk, info.train["seed"]) == ("curious-robot", "alexnet", 0)
    assert info.recipe["lr"] == CuriousRobot.recipe.lr and info.processes == 1
    images = torch.rand(3, 3, 64, 64)
    method, trunk = load_method(config.out), load_trunk(config.out)
    assert isinstance(method, CuriousRobot) and not trunk.training
    assert method.config == CuriousRobot.Config()
    assert torch.equal(trunk(trunk.normalize(images)), method.trunk(trunk.normalize(images)))


def test_frames_are_made_smaller_once(few_steps, tabletop_dir, tmp_path):
    config = few_steps(tabletop_dir, out=tmp_path / "run", image_size=32, train_size=32)
    run_train(config, "rotation")
    sizes = {f.name.split("-")[2] for f in (Path(tabletop_dir) / ".cache").glob("frames-*")}
    assert "32" in sizes
    assert load_run(tmp_path / "run").train["image_size"] == 32


def test_another_number_of_processes_goes_on_with_what_was_not_seen(
    config, rewrite, monkeypatch, capsys
):
    steady = Recipe(lr_schedule="constant", warmup=0.0)
    config = dataclasses.replace(config, recipe=steady)
    run_train(dataclasses.replace(config, images=32), "rotation")
    rewrite(newest(config.out), processes=2)  # as if two had done the one step, with batches 0, 1
    drawn, call = [], FrameSampler.__call__
    monkeypatch.setattr(
        FrameSampler, "__call__", lambda self, number: drawn.append(number) or call(self, number)
    )
    run_train(dataclasses.replace(config, images=96), "rotation")
    state = read_state(newest(config.out))
    assert (state["step"], state["processes"], state["batches"]) == (3, 1, 4)
    assert sorted(set(drawn) - {0}) == [2, 3, 4]  # 0 for its shapes, 4 was loaded ahead
    assert "trained by 2 processes and goes on with 1" in capsys.readouterr().err


def test_a_run_of_an_older_version_is_not_trained_on(config):
    run_train(config, "simclr")
    next(config.out.glob("checkpoints/step-*/state.json")).unlink()
    with pytest.raises(UserError, match="older version"):
        run_train(config, "simclr")
    load_method(config.out)


def test_a_batch_larger_than_the_data_is_said_once(few_steps, tabletop_dir, tmp_path, capsys):
    config = few_steps(tabletop_dir, out=tmp_path / "run", batch_size=2000, train_size=16, images=1)
    run_train(config, "rotation")
    said = capsys.readouterr().err
    assert said.count("several times") == 1 and "a batch of 2,000 holds some of the" in said
