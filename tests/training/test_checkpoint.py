"""Checkpoints that are not there, damaged, or half written."""

import json
import shutil

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_method, load_run, load_trunk


@pytest.fixture(scope="module")
def trained(few_steps, tabletop_dir, tmp_path_factory):
    config = few_steps(tabletop_dir, out=tmp_path_factory.mktemp("runs") / "run")
    return run_train(config, "simclr")


@pytest.fixture
def run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "run")


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(UserError, match=r"no run\.json"):
        load_run(tmp_path)


@pytest.mark.parametrize("text", ["", "{", '{"method": "simclr"}'])
def test_damaged_settings(run, text):
    (run / "run.json").write_text(text)
    with pytest.raises(UserError, match=r"run\.json is damaged"):
        load_trunk(run)


def test_no_checkpoint_yet(run):
    shutil.rmtree(run / "checkpoints")
    for load in (load_trunk, load_method):
        with pytest.raises(UserError, match="no checkpoint yet"):
            load(run)


def test_damaged_weights_are_named(run):
    weights = newest(run) / "trunk" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(UserError, match=r"model\.safetensors is damaged"):
        load_trunk(run)


def test_weights_of_another_trunk_are_refused(run):
    settings = json.loads((run / "run.json").read_text())
    settings["trunk_settings"]["width"] = 0.2
    (run / "run.json").write_text(json.dumps(settings))
    with pytest.raises(UserError, match=r"does not fit its run\.json"):
        load_trunk(run)


def test_half_a_checkpoint_is_not_seen(run):
    whole = newest(run)
    shutil.copytree(whole, whole.with_name(".step-99999999.1234"))
    assert newest(run) == whole


def test_the_trunk_opens_alone(run):
    from embodied_ssl.trunks import AlexNet

    images = torch.rand(2, 3, 64, 64)
    trunk = AlexNet.from_pretrained(newest(run) / "trunk").eval()
    assert torch.equal(trunk(images), load_trunk(run)(images))
