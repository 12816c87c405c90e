"""Saving a checkpoint: whole or not at all, finite, and without a random number."""

import random

import numpy as np
import pytest
import torch

from embodied_ssl.checkpoints import damage
from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.training import checkpoint as checkpoints
from embodied_ssl.training.checkpoint import Progress, newest, save_checkpoint
from embodied_ssl.training.command import build_method
from embodied_ssl.training.optim import open_optimizer


@pytest.fixture
def parts(halfway):
    """A method with an optimizer that has made a step, and how far it is."""
    cls = load_method_class("simclr")
    method = build_method(halfway, cls, cls.Config(), "simclr")
    optimizer = open_optimizer(method, cls.recipe)
    sum(p.sum() for p in method.parameters()).backward()
    optimizer.step()
    return Progress(7, 112.0), method, optimizer


@pytest.mark.parametrize("where", ["weight", "buffer", "optimizer"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_saved(halfway, parts, where, value):
    done, method, optimizer = parts
    state = next(iter(optimizer.state.values()))
    tensor = {"weight": method.project[0].weight, "buffer": method.project[1].running_var,
              "optimizer": state["exp_avg"]}[where]  # fmt: skip
    tensor.detach().view(-1)[0] = value
    with pytest.raises(UserError, match="is not finite at step 7"):
        save_checkpoint(halfway.out, done, method, optimizer)
    assert [path.name for path in (halfway.out / "checkpoints").iterdir()] == ["step-00000002"]


@pytest.mark.parametrize("step", ["save_file", "write_state", "sync_folder", "sync"])
def test_a_disk_that_is_full_leaves_the_earlier_checkpoint(
    halfway, whole, parts, monkeypatch, step
):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, step, full)
    with pytest.raises(UserError, match=r"No space left on device\. The checkpoint before it"):
        save_checkpoint(halfway.out, *parts)
    assert damage(whole) is None


def test_all_bytes_are_on_the_disk_before_the_name_and_the_earlier_one_goes_last(
    halfway, whole, parts, monkeypatch
):
    said = []
    sync_folder, replace = checkpoints.sync_folder, checkpoints.os.replace
    remove = checkpoints.remove
    monkeypatch.setattr(
        checkpoints, "sync_folder", lambda folder: (said.append("sync"), sync_folder(folder))
    )
    monkeypatch.setattr(
        checkpoints.os, "replace", lambda *paths: (said.append("rename"), replace(*paths))
    )
    monkeypatch.setattr(
        checkpoints, "remove",
        lambda path: (said.append("remove") if path == whole else None, remove(path)),
    )  # fmt: skip
    save_checkpoint(halfway.out, *parts)
    assert said == ["sync", "rename", "remove"]


def test_an_empty_folder_of_the_same_name_is_no_checkpoint(halfway, parts):
    place = halfway.out / "checkpoints" / "step-00000007"
    place.mkdir()
    save_checkpoint(halfway.out, *parts)
    assert damage(place) is None and newest(halfway.out) == place


def test_a_whole_one_of_the_same_name_is_left_alone(halfway, parts):
    save_checkpoint(halfway.out, *parts)
    before = (newest(halfway.out) / "state.json").stat().st_mtime_ns
    save_checkpoint(halfway.out, *parts)
    assert (newest(halfway.out) / "state.json").stat().st_mtime_ns == before


def test_saving_draws_no_random_number(halfway, parts):
    def states():
        return (torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(),
                random.getstate())  # fmt: skip

    before = states()
    save_checkpoint(halfway.out, *parts)
    assert states() == before
