"""A run that was broken ends in the weights of one that was not, whatever the method keeps."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.methods import METHODS, load_method_class
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.training import loop
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_method
from embodied_ssl.training.tensors import own_tensors, read_tensors

TEACHER = "teacher:Teacher"


class Broken(Exception):
    pass


def break_after(monkeypatch, checkpoints):
    """Let a training fail when it has written so many checkpoints; the steps of all of them."""
    save, saved = loop.save_checkpoint, []

    def counted(run, done, *rest):
        save(run, done, *rest)
        saved.append(done.step)
        if len(saved) == checkpoints:
            raise Broken

    monkeypatch.setattr(loop, "save_checkpoint", counted)
    return saved


def curve(run):
    """What was logged, without how fast it went."""
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(x).items() if k != "images_per_second"} for x in lines]


COSTLY = {"cpc": 288}
"""Images of a training whose step takes so many that usual ones would be over at once."""
ALL = [(name, None) for name in [*METHODS, "curious-robot+egomotion", TEACHER]]
OTHERS = [("simclr", Recipe("sgd", 1e-2)), ("rotation", Recipe("rmsprop")),
          ("simclr", Recipe("lars", 0.1)), ("simclr", Recipe("muon"))]  # fmt: skip


@pytest.mark.parametrize(("name", "recipe"), ALL + OTHERS)
def test_a_broken_run_ends_in_the_weights_of_an_unbroken_one(
    config, tmp_path, monkeypatch, assert_same_weights, data_for, small_trunk, name, recipe
):
    config = dataclasses.replace(config, recipe=recipe, **data_for(name), **small_trunk(name))
    config = dataclasses.replace(config, images=COSTLY.get(name, config.images))
    unbroken = run_train(dataclasses.replace(config, out=tmp_path / "unbroken"), name)
    saved = break_after(monkeypatch, 2)
    with pytest.raises(Broken):
        run_train(config, name)
    assert newest(config.out).name == "step-00000002"
    run_train(config, name)
    assert saved[2] == 3
    assert_same_weights(unbroken, config.out)
    assert curve(unbroken) == curve(config.out)


@pytest.mark.parametrize("export_teacher", [False, True])
def test_a_teacher_a_queue_and_a_bank_are_kept(config, tmp_path, monkeypatch, export_teacher,
                                               assert_same_weights):  # fmt: skip
    cls = load_method_class(TEACHER)
    settings = cls.Config(export_teacher=export_teacher)
    unbroken = run_train(dataclasses.replace(config, out=tmp_path / "unbroken"), TEACHER, settings)
    break_after(monkeypatch, 2)
    with pytest.raises(Broken):
        run_train(config, TEACHER, settings)
    run_train(config, TEACHER, settings)
    assert_same_weights(unbroken, config.out)
    stored = read_tensors(newest(config.out) / "method.safetensors")
    assert stored["queue"].abs().sum() > 0 and stored["bank"].abs().sum() > 0
    other = "trunk" if export_teacher else "target.trunk"  # the one that is not exported
    assert any(name.startswith(f"{other}.conv1") for name in stored)
    method = load_method(config.out)
    assert torch.equal(method.bank, stored["bank"])
    teacher, student = method.target["trunk"], method.trunk
    assert method.exported is (teacher if export_teacher else student)
    pairs = zip(teacher.parameters(), student.parameters(), strict=True)
    assert any(not torch.equal(mine, theirs) for mine, theirs in pairs)


def test_each_tensor_is_stored_once(config):
    run_train(config, TEACHER)
    method = load_method(config.out)
    own = own_tensors(method)
    assert len({id(tensor) for tensor in own.values()}) == len(own)
    both = {id(t) for t in (*own.values(), *method.exported.state_dict(keep_vars=True).values())}
    assert both == {id(tensor) for tensor in method.state_dict(keep_vars=True).values()}


@pytest.mark.parametrize("change", ["missing", "surplus", "shape", "type"])
def test_a_tensor_that_does_not_fit_is_named(config, change, rewrite):
    from safetensors.torch import save_file

    run_train(config, TEACHER)
    path = newest(config.out) / "method.safetensors"
    stored = read_tensors(path)
    if change == "missing":
        del stored["queue"]
    elif change == "surplus":
        stored["quue"] = torch.zeros(2)
    elif change == "shape":
        stored["queue"] = stored["queue"][:-1].clone()
    else:
        stored["queue"] = stored["queue"].long()
    save_file(stored, path)
    rewrite(path.parent)
    with pytest.raises(UserError, match=r"method\.safetensors does not fit.*'quu?e?ue'"):
        load_method(config.out)


def test_a_killed_run_goes_on_from_its_checkpoint(config, tmp_path, assert_same_weights):
    unbroken = run_train(dataclasses.replace(config, out=tmp_path / "unbroken"), "simclr")
    script = f"""
import time
import torch
from pathlib import Path
from embodied_ssl.training import loop
from embodied_ssl.training.command import run_train
from embodied_ssl.training.config import TrainConfig
torch.set_num_threads(1)
save = loop.save_checkpoint
def slowly(*args):
    save(*args)
    time.sleep(1)
loop.save_checkpoint = slowly
run_train({_source(config)}, "simclr")
"""
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    for _ in range(1200):
        if newest(config.out) or process.poll() is not None:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert int(newest(config.out).name.removeprefix("step-")) < 6
    run_train(config, "simclr")
    assert_same_weights(unbroken, config.out)


def _source(config):
    """The settings as Python that makes them again."""
    return repr(config).replace("PosixPath(", "Path(")
