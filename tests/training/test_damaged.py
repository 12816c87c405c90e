"""Checkpoints that a crash, a full disk or a bad one has left: the newest whole one counts."""

import json
import random
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from embodied_ssl.checkpoints import damage
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Recipe
from embodied_ssl.training import checkpoint as checkpoints
from embodied_ssl.training.checkpoint import Progress, newest, save_checkpoint
from embodied_ssl.training.command import build_method, run_train
from embodied_ssl.training.optim import open_optimizer
from embodied_ssl.training.runs import load_method, load_trunk
from embodied_ssl.trunks import AutoTrunk

FILES = ("trunk/model.safetensors", "trunk/config.json", "method.safetensors",
         "optimizer.safetensors", "state.json")  # fmt: skip


@pytest.fixture(scope="module")
def trained(few_steps, tabletop_dir, tmp_path_factory):
    """A run of two steps of four, and the settings that finish it."""
    import dataclasses

    config = few_steps(tabletop_dir, out=tmp_path_factory.mktemp("runs") / "run")
    run_train(dataclasses.replace(config, recipe=Recipe(lr_schedule="constant")), "simclr")
    return config


@pytest.fixture
def config(trained, tmp_path):
    import dataclasses

    shutil.copytree(trained.out, tmp_path / "run")
    recipe = Recipe(lr_schedule="constant")
    return dataclasses.replace(trained, out=tmp_path / "run", images=64, recipe=recipe)


def whole(config):
    return config.out / "checkpoints" / "step-00000002"


def flip(path, place=-1):
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)


def empty(place, whole):
    (place / "step-00000009").mkdir()


def a_file(place, whole):
    (place / "step-00000009").write_text("mine")


def no_number(place, whole):
    (place / "step-zzz").mkdir()


def no_number_but_whole(place, whole):
    shutil.copytree(whole, place / "step-zzz")


def half_written(place, whole):
    shutil.copytree(whole / "trunk", place / "step-00000009" / "trunk")


def truncated(place, whole):
    shutil.copytree(whole, place / "step-00000009")
    file = place / "step-00000009" / "optimizer.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def of_another_step(place, whole):
    shutil.copytree(whole, place / "step-00000009")


@pytest.mark.parametrize(
    "leave",
    [empty, a_file, no_number, no_number_but_whole, half_written, truncated, of_another_step],
)
def test_what_is_newer_and_not_whole_is_passed_over(config, leave, capsys):
    leave(config.out / "checkpoints", whole(config))
    assert newest(config.out) == whole(config)
    checkpoints.checkpoint_of(config.out)
    said = capsys.readouterr().err
    if "zzz" not in leave.__name__ and not leave.__name__.startswith("no_number"):
        assert said.startswith("warning: ") and said.count("\n") == 1 and "step-00000002" in said
    load_trunk(config.out), load_method(config.out), AutoTrunk.from_pretrained(config.out)
    run_train(config, "simclr")
    assert newest(config.out).name == "step-00000004"
    assert not (config.out / "checkpoints" / "step-00000009").exists()


@pytest.mark.parametrize("leave", [empty, a_file, no_number])
def test_where_nothing_is_whole_and_nothing_has_weights_it_begins_anew(config, leave):
    shutil.rmtree(whole(config))
    leave(config.out / "checkpoints", None)
    run_train(config, "simclr")
    assert newest(config.out).name == "step-00000004"


@pytest.mark.parametrize("file", FILES)
def test_a_flipped_bit_is_noticed_by_whoever_reads(config, file):
    flip(whole(config) / file, -1 if file.endswith("safetensors") else 20)
    assert damage(whole(config))
    for read in (load_trunk, load_method, AutoTrunk.from_pretrained):
        with pytest.raises(UserError, match="no whole checkpoint"):
            read(config.out)
    with pytest.raises(UserError, match=r"step-00000002 is no whole checkpoint .*none before it"):
        run_train(config, "simclr")
    with pytest.raises(UserError, match="no whole checkpoint"):
        AutoTrunk.from_pretrained(whole(config) / "trunk")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("left", ["", "gone"])
def test_a_file_that_is_empty_or_gone_is_noticed(config, file, left):
    (whole(config) / file).write_bytes(b"")
    if left == "gone":
        (whole(config) / file).unlink()
    with pytest.raises(UserError):
        run_train(config, "simclr")


def test_a_checkpoint_of_before_there_were_checksums_is_continued(config, rewrite):
    rewrite(whole(config), older=True)
    run_train(config, "simclr")
    assert newest(config.out).name == "step-00000004"


@pytest.mark.parametrize("change", ["surplus", "weight", "name", "shape", "lacks"])
def test_an_optimizer_that_does_not_fit_is_one_line(config, rewrite, change):
    path = whole(config) / "optimizer.safetensors"
    stored = load_file(path)
    if change == "surplus":
        stored["step"] = torch.zeros(1)
    elif change == "weight":
        stored["999.exp_avg"] = torch.zeros(1)
    elif change == "name":
        stored["x.exp_avg"] = torch.zeros(1)
    elif change == "shape":
        stored["0.exp_avg"] = torch.zeros(3)
    else:
        del stored["0.exp_avg"]
    save_file(stored, path)
    rewrite(whole(config), older=True)
    with pytest.raises(UserError, match=r"optimizer\.safetensors does not fit"):
        run_train(config, "simclr")


@pytest.mark.parametrize(
    "changes", [{"step": "2"}, {"images": None}, {"processes": []}, {"images": 1e400}, {"x": 1}]
)
def test_a_state_of_other_types_is_one_line(config, changes):
    path = whole(config) / "state.json"
    content = {"step": 2, "images": 32.0, "processes": 1} | changes
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"state\.json is damaged"):
        run_train(config, "simclr")


@pytest.fixture
def parts(config, trained):
    """A method with an optimizer that has made a step, and how far it is."""
    from embodied_ssl.methods import load_method_class

    cls = load_method_class("simclr")
    method = build_method(config, cls, cls.Config(), "simclr")
    optimizer = open_optimizer(method, cls.recipe)
    sum(p.sum() for p in method.parameters()).backward()
    optimizer.step()
    return Progress(7, 112.0), method, optimizer


@pytest.mark.parametrize("where", ["weight", "buffer", "optimizer"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_saved(config, parts, where, value):
    done, method, optimizer = parts
    state = next(iter(optimizer.state.values()))
    tensor = {"weight": method.project[0].weight, "buffer": method.project[1].running_var,
              "optimizer": state["exp_avg"]}[where]  # fmt: skip
    tensor.detach().view(-1)[0] = value
    with pytest.raises(UserError, match="is not finite at step 7"):
        save_checkpoint(config.out, done, method, optimizer)
    assert [path.name for path in (config.out / "checkpoints").iterdir()] == ["step-00000002"]


@pytest.mark.parametrize("step", ["save_file", "write_state", "sync_folder", "sync"])
def test_a_disk_that_is_full_leaves_the_earlier_checkpoint(config, parts, monkeypatch, step):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, step, full)
    with pytest.raises(UserError, match=r"No space left on device\. The checkpoint before it"):
        save_checkpoint(config.out, *parts)
    assert damage(whole(config)) is None


def test_all_bytes_are_on_the_disk_before_the_name_and_the_earlier_one_goes_last(
    config, parts, monkeypatch
):
    said = []
    sync_folder, replace, remove = checkpoints.sync_folder, checkpoints.os.replace, None
    remove = checkpoints.remove
    monkeypatch.setattr(
        checkpoints, "sync_folder", lambda folder: (said.append("sync"), sync_folder(folder))
    )
    monkeypatch.setattr(
        checkpoints.os, "replace", lambda *paths: (said.append("rename"), replace(*paths))
    )
    monkeypatch.setattr(
        checkpoints, "remove",
        lambda path: (said.append("remove") if path == whole(config) else None, remove(path)),
    )  # fmt: skip
    save_checkpoint(config.out, *parts)
    assert said == ["sync", "rename", "remove"]


def test_an_empty_folder_of_the_same_name_is_no_checkpoint(config, parts):
    place = config.out / "checkpoints" / "step-00000007"
    place.mkdir()
    save_checkpoint(config.out, *parts)
    assert damage(place) is None and newest(config.out) == place


def test_a_whole_one_of_the_same_name_is_left_alone(config, parts):
    save_checkpoint(config.out, *parts)
    before = (newest(config.out) / "state.json").stat().st_mtime_ns
    save_checkpoint(config.out, *parts)
    assert (newest(config.out) / "state.json").stat().st_mtime_ns == before


def test_saving_draws_no_random_number(config, parts):
    def states():
        return (torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(),
                random.getstate())  # fmt: skip

    before = states()
    save_checkpoint(config.out, *parts)
    assert states() == before
