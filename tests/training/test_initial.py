"""A training that begins with the trunk of another run."""

import dataclasses
import shutil

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.training.command import build_method, run_train
from embodied_ssl.training.runs import load_run, load_trunk


@pytest.fixture
def trained(config):
    run_train(config, "rotation")
    return config.out


@pytest.fixture
def further(config, trained, tmp_path):
    return dataclasses.replace(config, out=tmp_path / "further", init=str(trained))


@pytest.mark.parametrize("name", ["curious-robot", "byol"])
def test_the_trunk_has_its_weights_from_the_start_and_so_has_a_teacher(further, trained, name):
    cls = load_method_class(name)
    method = build_method(further, cls, cls.Config(), name)
    for trunk in (method.trunk, method.exported):
        for key, value in load_trunk(trained).state_dict().items():
            assert torch.equal(trunk.state_dict()[key], value), key


def test_a_run_that_has_begun_goes_on_without_it(further, trained):
    run_train(further, "simclr")
    assert load_run(further.out).train["init"] == str(trained)
    shutil.rmtree(trained)
    run_train(further, "simclr")
    with pytest.raises(UserError, match=r"--init .*, not none: choose another --out"):
        run_train(dataclasses.replace(further, init=None), "simclr")


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
