"""The loop: exact resume, survival of a kill, settings that must agree, budgets."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from embodied_ssl import loop
from embodied_ssl.training.checkpoint import load_method, load_run, load_trunk, newest
from embodied_ssl.errors import UserError
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.contrastive.simclr import SimCLR
from embodied_ssl.training.command import TrunkConfig, run_train
from embodied_ssl.trunks import AlexNet


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Networks this small only wait for each other's threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def config(few_steps, tabletop_dir, tmp_path):
    """Six steps of SimCLR, or four of the curious robot."""
    return few_steps(
        tabletop_dir, out=tmp_path / "run", images=96, warmup=0.2, checkpoint_minutes=0
    )


def weights(run):
    checkpoint = newest(run)
    trunk = load_file(checkpoint / "trunk" / "model.safetensors")
    return trunk | load_file(checkpoint / "method.safetensors")


def assert_same_weights(first, second):
    assert newest(first).name == newest(second).name
    expected, found = weights(first), weights(second)
    assert expected.keys() == found.keys()
    for name, values in expected.items():
        assert torch.equal(values, found[name]), name


class Broken(Exception):
    pass


@pytest.mark.parametrize(
    ("method", "optimizer"),
    [("curious-robot", "adamw"), ("simclr", "sgd"), ("rotation", "rmsprop")],
)
def test_a_broken_run_ends_in_the_weights_of_an_unbroken_one(
    config, tmp_path, monkeypatch, method, optimizer
):
    config = dataclasses.replace(config, optimizer=optimizer)
    unbroken = run_train(dataclasses.replace(config, out=tmp_path / "unbroken"), method)
    save, saved = loop.save_checkpoint, []

    def save_twice(run, step, *rest):
        save(run, step, *rest)
        saved.append(step)
        if len(saved) == 2:
            raise Broken

    monkeypatch.setattr(loop, "save_checkpoint", save_twice)
    with pytest.raises(Broken):
        run_train(config, method)
    assert newest(config.out).name == "step-00000002"
    run_train(config, method)
    assert saved[2] == 3
    assert_same_weights(unbroken, config.out)
    curves = [(run / "metrics.jsonl").read_text() for run in (unbroken, config.out)]
    first, second = (
        [{k: v for k, v in json.loads(line).items() if k != "images_per_second"} for line in text]
        for text in (curve.splitlines() for curve in curves)
    )
    assert first == second


def test_a_killed_run_goes_on_from_its_checkpoint(config, tmp_path):
    unbroken = run_train(dataclasses.replace(config, out=tmp_path / "unbroken"), "simclr")
    script = f"""
import time
import torch
from pathlib import Path
from embodied_ssl import loop
from embodied_ssl.training.command import TrainConfig, TrunkConfig, run_train
torch.set_num_threads(1)
save = loop.save_checkpoint
def slowly(*args):
    save(*args)
    time.sleep(1)
loop.save_checkpoint = slowly
run_train(eval({_source(config)!r}), "simclr")
"""
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    for _ in range(1200):
        if newest(config.out) or process.poll() is not None:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    reached = int(newest(config.out).name.removeprefix("step-"))
    assert reached < 6
    run_train(config, "simclr")
    assert_same_weights(unbroken, config.out)


def _source(config):
    """The settings as Python that makes them again."""
    return repr(config).replace("PosixPath(", "Path(")


def test_a_finished_run_is_left_alone(config):
    run_train(config, "rotation")
    before = {path: path.stat().st_mtime_ns for path in config.out.rglob("*")}
    run_train(config, "rotation")
    assert {path: path.stat().st_mtime_ns for path in config.out.rglob("*")} == before


def test_other_settings_in_the_same_folder_are_refused(config):
    run_train(config, "simclr")
    with pytest.raises(UserError, match="another train"):
        run_train(dataclasses.replace(config, seed=1), "simclr")
    with pytest.raises(UserError, match="another method"):
        run_train(config, "rotation")
    with pytest.raises(UserError, match="another method config"):
        run_train(config, "simclr", SimCLR.Config(temperature=0.4))


def test_a_run_of_before_a_setting_existed_is_continued(config):
    run_train(config, "rotation")
    path = config.out / "run.json"
    run = json.loads(path.read_text())
    del run["train"]["image_size"], run["trunk_settings"]["grid"]
    path.write_text(json.dumps(run))
    run_train(config, "rotation")
    run["train"]["warmup"] = 0.5
    path.write_text(json.dumps(run))
    with pytest.raises(UserError, match="another train"):
        run_train(config, "rotation")


def test_frames_are_not_enlarged(config):
    larger = dataclasses.replace(config, image_size=32, train_size=48)
    with pytest.raises(UserError, match="--train-size 48 would enlarge"):
        run_train(larger, "rotation")


def test_a_folder_that_holds_something_else_is_refused(config):
    config.out.mkdir()
    (config.out / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="no run"):
        run_train(config, "simclr")
    assert [path.name for path in config.out.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("setting", ["images", "batch_size", "image_size", "train_size", "lr"])
def test_settings_below_one_are_refused(config, setting):
    with pytest.raises(UserError, match="--" + setting.replace("_", "-")):
        run_train(dataclasses.replace(config, **{setting: 0}), "simclr")
    assert not config.out.exists()


def test_unknown_names_suggest_the_nearest(config):
    with pytest.raises(UserError, match="curious-robot"):
        run_train(config, "curious_robot")
    with pytest.raises(UserError, match="alexnet"):
        run_train(dataclasses.replace(config, trunk=TrunkConfig(name="alexnett")), "simclr")
    assert not config.out.exists()


def test_a_turntable_is_no_training_data(config, turntable_dir):
    with pytest.raises(UserError, match="tabletop"):
        run_train(dataclasses.replace(config, data=(str(turntable_dir),)), "simclr")


@pytest.mark.parametrize("method", ["curious-robot", "rotation", "simclr"])
def test_the_budget_counts_images_through_the_trunk(config, method, monkeypatch):
    seen = []

    stages = AlexNet.stages
    monkeypatch.setattr(AlexNet, "stages", lambda self, x: seen.append(len(x)) or stages(self, x))
    run_train(config, method)
    last = json.loads((config.out / "metrics.jsonl").read_text().splitlines()[-1])
    assert sum(seen) == last["images"]
    assert config.images <= last["images"] < config.images + max(seen)


def test_a_run_can_be_loaded_again(config):
    run_train(config, "curious-robot")
    info = load_run(config.out)
    assert (info.method, info.trunk, info.train["seed"]) == ("curious-robot", "alexnet", 0)
    images = torch.rand(3, 3, 64, 64)
    method, trunk = load_method(config.out), load_trunk(config.out)
    assert isinstance(method, CuriousRobot) and not trunk.training
    assert method.config == CuriousRobot.Config()
    assert torch.equal(trunk(trunk.normalize(images)), method.trunk(trunk.normalize(images)))


def test_learning_rate_rises_then_falls_to_zero(config):
    rates = [loop.learning_rate(config, progress) for progress in torch.linspace(0, 1, 11).tolist()]
    assert rates[2] == pytest.approx(config.lr) == max(rates)
    assert rates[0] < 0.01 * config.lr and rates[-1] == pytest.approx(0, abs=1e-9)
    assert rates[6] == pytest.approx(config.lr / 2)  # half the way down


def test_frames_are_made_smaller_once(few_steps, tabletop_dir, tmp_path):
    config = few_steps(tabletop_dir, out=tmp_path / "run", image_size=32, train_size=32)
    run_train(config, "rotation")
    sizes = {f.name.split("-")[2] for f in (Path(tabletop_dir) / ".cache").glob("frames-*")}
    assert "32" in sizes
    assert load_run(tmp_path / "run").train["image_size"] == 32
