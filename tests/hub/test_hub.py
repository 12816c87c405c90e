"""What is pushed is what is pulled, and what is wrong is one line."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from local_hub import TOKEN

import embodied_ssl
from embodied_ssl.checkpoints import EMBEDDING, checkpoint_of
from embodied_ssl.data import Dataset
from embodied_ssl.evaluation.embedding import Encoder, OneStage
from embodied_ssl.evaluation.kept import keep_embedding
from embodied_ssl.trunks import AutoTrunk

# The hub's own library uploads large files by what its HTTP library will not take for ever.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def files_of(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_dataset_comes_back_as_it_was(command, hub, tabletop_dir, tmp_path):
    status, said, errors = command("push", tabletop_dir, "me/tabletop")
    assert (status, errors) == (0, "")
    assert said.startswith(f"{hub.url}/datasets/me/tabletop: dataset, ")
    assert hub.private["datasets/me/tabletop"]
    status, said, errors = command("pull", "me/tabletop", "--out", tmp_path / "back")
    assert (status, errors) == (0, "") and "verified" in said
    before, after = files_of(tabletop_dir), files_of(tmp_path / "back")
    assert {name for name in after if name.startswith("data/")}
    for name in after.keys() - {"README.md"}:
        assert after[name] == before[name]
    assert after.keys() <= before.keys()
    assert after["README.md"].count(b'load_dataset("me/tabletop"') == 3
    assert Dataset.open(tmp_path / "back").fingerprint == Dataset.open(tabletop_dir).fingerprint


def test_a_run_comes_back_and_its_trunk_stands_at_the_top(command, hub, run, tmp_path):
    assert command("push", run, "me/run", "--public")[0] == 0
    there = hub.repos["models/me/run"]
    assert not hub.private["models/me/run"] and {"config.json", "model.safetensors"} <= there.keys()
    assert b'AutoTrunk.from_pretrained("me/run")' in there["README.md"]
    trunk = tmp_path / "trunk"
    trunk.mkdir()
    for name in ("config.json", "model.safetensors"):
        (trunk / name).write_bytes(there[name])
    assert AutoTrunk.from_pretrained(trunk).name == "alexnet"
    assert command("pull", "models/me/run", "--out", tmp_path / "back")[0] == 0
    ours, back = checkpoint_of(run), checkpoint_of(tmp_path / "back")
    assert files_of(ours) == files_of(back)
    assert not (tmp_path / "back" / "model.safetensors").exists()
    assert AutoTrunk.from_pretrained(tmp_path / "back").name == "alexnet"


def test_the_chosen_embedding_goes_with_a_run(command, hub, run, tmp_path):
    trunk = AutoTrunk.from_pretrained(run)
    encoder = Encoder(OneStage("conv4", "max"), np.zeros(trunk.stage_dims[3], np.float32))
    keep_embedding(run, encoder, trunk, {"image_size": 64})
    assert command("push", run, "me/run", "--public")[0] == 0
    assert embodied_ssl.load("me/run").embedding == "conv4 max"
    assert command("pull", "me/run", "--out", tmp_path / "back")[0] == 0
    assert files_of(tmp_path / "back")[EMBEDDING] == (run / EMBEDDING).read_bytes()


def test_a_second_push_sends_what_has_changed(command, hub, copy):
    assert command("push", copy, "me/it")[::2] == (0, "")
    status, said, _ = command("push", copy, "me/it")
    assert status == 0 and "is there already" in said and len(hub.commits) == 1
    (copy / "settings.yaml").write_text("seed: 1\n")
    assert command("push", copy, "me/it")[::2] == (0, "")
    assert sorted(hub.commits[1]) == ["SHA256SUMS", "settings.yaml"]
    (copy / "settings.yaml").unlink()
    assert command("push", copy, "me/it")[::2] == (0, "")
    assert "settings.yaml" not in hub.repos["datasets/me/it"]


def test_a_repository_of_something_else_is_left_alone(command, hub, copy):
    hub.repos["datasets/me/it"] = {"data.csv": b"1,2\n"}
    status, _, errors = command("push", copy, "me/it")
    assert status == 2 and "holds something else (data.csv)" in errors
    assert hub.repos["datasets/me/it"] == {"data.csv": b"1,2\n"}


def test_without_a_token_nothing_is_asked_of_the_hub(command, hub, copy, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    status, _, errors = command("push", copy, "me/it")
    assert status == 2 and errors.count("\n") == 1 and "hf auth login" in errors
    assert not hub.asked


def test_a_wrong_token_is_one_line(command, hub, copy, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    status, _, errors = command("push", copy, "me/it")
    assert status == 2 and errors.startswith("error: cannot push to me/it: ")
    assert errors.count("\n") == 1


def test_a_private_repository_is_not_there_for_others(command, hub, copy, tmp_path, monkeypatch):
    assert command("push", copy, "me/it")[::2] == (0, "")
    monkeypatch.delenv("HF_TOKEN")
    status, _, errors = command("pull", "me/it", "--out", tmp_path / "back")
    assert status == 2 and "has no dataset and no model me/it" in errors
    assert not (tmp_path / "back").exists()


def test_a_damaged_shard_is_not_pushed(command, hub, copy):
    shard = copy / "data" / "00001.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    status, _, errors = command("push", copy, "me/it")
    assert status == 2 and "00001.parquet is damaged" in errors and not hub.repos


@pytest.mark.parametrize("name", ["data/00001.parquet", "settings.yaml"])
def test_bytes_that_changed_on_the_hub_are_not_taken(command, hub, copy, tmp_path, name):
    (copy / "settings.yaml").write_text("seed: 0\n")
    assert command("push", copy, "me/it")[::2] == (0, "")
    there = hub.repos["datasets/me/it"]
    whole = there[name]
    there[name] = whole[:-1] + b"?"
    status, _, errors = command("pull", "me/it", "--out", tmp_path / "back")
    assert status == 2 and f"{name} of me/it is not what was pushed" in errors
    assert not (tmp_path / "back").exists()
    there[name] = whole
    assert command("pull", "me/it", "--out", tmp_path / "back")[0] == 0
    assert (tmp_path / "back" / name).read_bytes() == whole


def test_a_pull_goes_on_where_it_was_broken_off(command, hub, copy, tmp_path):
    assert command("push", copy, "me/it")[::2] == (0, "")
    hub.refused.add("data/00001.parquet")
    status, _, errors = command("pull", "me/it", "--out", tmp_path / "back")
    assert status == 2 and errors.startswith("error: cannot pull me/it: ")
    there = files_of(tmp_path / ".back.unfinished")
    assert "data/00000.parquet" in there and not (tmp_path / "back").exists()
    hub.refused.clear()
    hub.asked.clear()
    assert command("pull", "me/it", "--out", tmp_path / "back")[0] == 0
    assert Dataset.open(tmp_path / "back").whole
    shards = [path.rpartition("/")[2] for path in hub.asked if path.endswith(".parquet")]
    assert set(shards) == {"00001.parquet"}
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("push nowhere me/it", "nowhere is no folder"),
        ("push . me/it", "no dataset and no run"),
        ("push . me", "is no id of the hub"),
        ("push . ../it", "is no id of the hub"),
        ("pull me/it --out back", "has no dataset and no model me/it"),
        ("pull datasets/me/it --out back", "no such repository"),
        ("pull me/it --out full", "holds something already"),
        ("pull me/it --out s3://bucket/it", "is an address"),
        ("pull me/other --out back", "neither a dataset nor a run"),
    ],
)
def test_a_mistake_is_one_line(command, hub, tmp_path, monkeypatch, args, said):
    hub.repos["models/me/other"] = {"data.csv": b"1"}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    status, _, errors = command(*args.split())
    assert status == 2 and said in errors and errors.count("\n") == 1
    assert not (tmp_path / "back").exists()


def test_a_name_in_the_checksums_does_not_lead_out(command, hub, copy, tmp_path):
    assert command("push", copy, "me/it")[::2] == (0, "")
    hub.repos["datasets/me/it"]["SHA256SUMS"] = b"0" * 64 + b"  ../../etc/passwd\n"
    status, _, errors = command("pull", "me/it", "--out", tmp_path / "back")
    assert status == 2 and "SHA256SUMS is damaged" in errors


def test_the_environment_names_the_hub(hub, copy, tmp_path):
    """As a user has it: HF_ENDPOINT, in a process of its own."""
    told = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
    environment = {**os.environ, **told, "HF_HOME": str(tmp_path / "hf")}
    command = [sys.executable, "-m", "embodied_ssl", "push", str(copy), "me/it"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match(rf"{hub.url}/datasets/me/it: dataset, \d files, ", done.stdout)


def test_nobody_answers(command, hub, copy, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    status, _, errors = command("push", copy, "me/it")
    assert status == 2 and errors.count("\n") == 1 and "cannot push to me/it" in errors
