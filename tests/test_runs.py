"""The table of runs."""

import json

import pytest

from embodied_ssl.commit import commit
from embodied_ssl.training.command import run_train


@pytest.fixture
def runs(few_steps, tabletop_dir, tmp_path):
    folder = tmp_path / "runs"
    run_train(few_steps(tabletop_dir, out=folder / "first"), "rotation")
    run_train(few_steps(tabletop_dir, out=folder / "below" / "second"), "simclr")
    return folder


def test_a_row_each(runs, tabletop_dir, command):
    status, said, _ = command("runs", runs)
    assert status == 0
    (row,) = [line.split() for line in said.splitlines() if line.split()[:1] == ["first"]]
    assert row[1:3] == ["rotation", "alexnet"] and str(tabletop_dir) in row and "32" in row
    assert "accuracy" in row and "loss" in row
    if known := commit():
        assert row[-1].startswith(known[:7])
    assert any(line.split()[:2] == ["below/second", "simclr"] for line in said.splitlines())


def test_runs_that_are_damaged_unfinished_or_old(runs, command):
    content = json.loads((runs / "first" / "run.json").read_text())
    del content["commit"]
    content["train"]["images"] = 64
    (runs / "first" / "run.json").write_text(json.dumps(content))
    (runs / "below" / "second" / "run.json").write_text("{")
    status, said, _ = command("runs", runs)
    assert status == 0 and "32 of 64" in said and "is damaged" in said


def test_one_run_and_none(runs, tmp_path, command):
    status, said, _ = command("runs", runs / "first")
    assert status == 0 and str(runs / "first") in said
    (tmp_path / "empty").mkdir()
    for folder, words in (("empty", "holds no runs"), ("nowhere", "is no folder")):
        status, _, errors = command("runs", tmp_path / folder)
        assert status == 2 and words in errors
