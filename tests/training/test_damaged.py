"""Checkpoints that a crash, a full disk or a bad one has left: the newest whole one counts."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from embodied_ssl.checkpoints import damage
from embodied_ssl.errors import UserError
from embodied_ssl.training import checkpoint as checkpoints
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_method, load_trunk
from embodied_ssl.trunks import AutoTrunk

FILES = ("trunk/model.safetensors", "trunk/config.json", "method.safetensors",
         "optimizer.safetensors", "state.json")  # fmt: skip


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
def test_what_is_newer_and_not_whole_is_passed_over(halfway, whole, leave, capsys):
    leave(halfway.out / "checkpoints", whole)
    assert newest(halfway.out) == whole
    checkpoints.checkpoint_of(halfway.out)
    said = capsys.readouterr().err
    if "zzz" not in leave.__name__ and not leave.__name__.startswith("no_number"):
        assert said.startswith("warning: ") and said.count("\n") == 1 and "step-00000002" in said
    load_trunk(halfway.out), load_method(halfway.out), AutoTrunk.from_pretrained(halfway.out)
    run_train(halfway, "simclr")
    assert newest(halfway.out).name == "step-00000004"
    assert not (halfway.out / "checkpoints" / "step-00000009").exists()


@pytest.mark.parametrize("leave", [empty, a_file, no_number])
def test_where_nothing_is_whole_and_nothing_has_weights_it_begins_anew(halfway, whole, leave):
    shutil.rmtree(whole)
    leave(halfway.out / "checkpoints", None)
    run_train(halfway, "simclr")
    assert newest(halfway.out).name == "step-00000004"


@pytest.mark.parametrize("file", FILES)
def test_a_flipped_bit_is_noticed_by_whoever_reads(halfway, whole, file):
    flip(whole / file, -1 if file.endswith("safetensors") else 20)
    assert damage(whole)
    for read in (load_trunk, load_method, AutoTrunk.from_pretrained):
        with pytest.raises(UserError, match="no whole checkpoint"):
            read(halfway.out)
    with pytest.raises(UserError, match=r"step-00000002 is no whole checkpoint .*none before it"):
        run_train(halfway, "simclr")
    with pytest.raises(UserError, match="no whole checkpoint"):
        AutoTrunk.from_pretrained(whole / "trunk")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("left", ["", "gone"])
def test_a_file_that_is_empty_or_gone_is_noticed(halfway, whole, file, left):
    (whole / file).write_bytes(b"")
    if left == "gone":
        (whole / file).unlink()
    with pytest.raises(UserError):
        run_train(halfway, "simclr")


def test_a_checkpoint_of_before_there_were_checksums_is_continued(halfway, whole, rewrite):
    rewrite(whole, older=True)
    run_train(halfway, "simclr")
    assert newest(halfway.out).name == "step-00000004"


@pytest.mark.parametrize("change", ["surplus", "weight", "name", "shape", "lacks"])
def test_an_optimizer_that_does_not_fit_is_one_line(halfway, whole, rewrite, change):
    path = whole / "optimizer.safetensors"
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
    rewrite(whole, older=True)
    with pytest.raises(UserError, match=r"optimizer\.safetensors does not fit"):
        run_train(halfway, "simclr")


@pytest.mark.parametrize(
    "changes", [{"step": "2"}, {"images": None}, {"processes": []}, {"images": 1e400}, {"x": 1}]
)
def test_a_state_of_other_types_is_one_line(halfway, whole, changes):
    path = whole / "state.json"
    content = {"step": 2, "images": 32.0, "processes": 1} | changes
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"state\.json is damaged"):
        run_train(halfway, "simclr")
