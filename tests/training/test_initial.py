"""A training that begins with the trunk of another run."""

import dataclasses
import shutil

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import build_method, run_train
from embodied_ssl.training.runs import load_trunk, read_run


@pytest.fixture
def trained(config, tmp_path):
    config = dataclasses.replace(config, out=tmp_path / "trained")
    run_train(config, "rotation")
    return config.out


def trunk_file(run):
    return newest(run) / "trunk" / "model.safetensors"


@pytest.fixture
def further(config, trained, tmp_path):
    return dataclasses.replace(config, out=tmp_path / "further", init=str(trained))


@pytest.mark.parametrize("name", ["curious-robot", "byol"])
def test_the_trunk_has_its_weights_from_the_start_and_so_has_a_teacher(further, trained, name):
    cls = load_method_class(name)
    method = build_method(further, cls, cls.Config(), name)
    copies = [method.target.module[0]] if name == "byol" else []
    for trunk in (method.trunk, *copies):
        for key, value in load_trunk(trained).state_dict().items():
            assert torch.equal(trunk.state_dict()[key], value), key


def test_a_run_that_has_begun_goes_on_without_it(further, trained):
    run_train(further, "simclr")
    told = read_run(further.out)["init"]
    assert told == {"source": str(trained), "sha256": checksum(trunk_file(trained))}
    moved = trained.with_name("moved")
    shutil.copytree(trained, moved)
    run_train(dataclasses.replace(further, init=str(moved)), "simclr")
    shutil.rmtree(trained)
    run_train(further, "simclr")
    other = dataclasses.replace(further, out=moved.with_name("other"), init=None, seed=1)
    run_train(other, "rotation")
    with pytest.raises(UserError, match=r"--init .*trained, not .*other: choose another --out"):
        run_train(dataclasses.replace(further, init=str(other.out)), "simclr")
    with pytest.raises(UserError, match=r"--init .*, not none: choose another --out"):
        run_train(dataclasses.replace(further, init=None), "simclr")


def test_a_run_whose_checkpoint_is_empty_begins_with_it_again(further, trained):
    few = dataclasses.replace(further, recipe=Recipe(lr=1e-12))
    run_train(few, "simclr")
    (checkpoint,) = (few.out / "checkpoints").iterdir()
    shutil.rmtree(checkpoint)
    checkpoint.mkdir()
    run_train(few, "simclr")
    trunks = [load_trunk(run).conv1[0].weight for run in (few.out, trained)]
    assert torch.allclose(*trunks, atol=1e-6)


def test_a_frozen_trunk_keeps_its_statistics(further, trained):
    cls = load_method_class("curious-robot")
    run_train(further, "curious-robot", cls.Config(frozen_trunk=True))
    for key, value in load_trunk(trained).state_dict().items():
        assert torch.equal(load_trunk(further.out).state_dict()[key], value), key


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"trunk": "kitti", "trunk_settings": {}}, "has --trunk alexnet, not kitti: say the same"),
        ({"trunk_settings": {"width": 0.2, "fc_dim": 16}}, r"has --trunk.width 0.1, not 0.2: say"),
        ({"init": "."}, "holds no trained trunk"),
    ],
)
def test_another_trunk_and_none_are_refused(further, changed, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=said):
        run_train(dataclasses.replace(further, **changed), "rotation")
    assert not further.out.exists()
