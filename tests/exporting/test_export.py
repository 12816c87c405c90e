"""What holds for every format: whole or not at all, nothing replaced, verified shards alone."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import read_manifest
from embodied_ssl.errors import UserError
from embodied_ssl.exporting import FORMATS
from embodied_ssl.exporting.names import FileNames
from embodied_ssl.exporting.rows import read_shards

formats = pytest.mark.parametrize("name", FORMATS["dataset"])


def tree(folder):
    return {p.relative_to(folder): p.is_file() and p.read_bytes() for p in folder.rglob("*")}


@pytest.fixture
def copy(masked_dir, tmp_path):
    return shutil.copytree(masked_dir, tmp_path / "mine")


@formats
def test_an_export_appears_whole_and_is_not_made_twice(command, name, masked_dir, tmp_path):
    args = ("export", masked_dir, "--format", name, "--out", tmp_path / "new" / "it")
    status, said, _ = command(*args)
    assert status == 0 and said.startswith(f"{tmp_path}/new/it: {name}, 6 ")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["it"]
    before = tree(tmp_path / "new")
    status, said, errors = command(*args)
    assert (status, errors) == (0, "") and f"{name} already, 6 " in said
    assert tree(tmp_path / "new") == before
    assert command(*args[:-1], tmp_path / "again")[0] == 0
    assert tree(tmp_path / "again") == tree(tmp_path / "new" / "it")


@formats
def test_a_damaged_shard_leaves_nothing(command, name, copy, tmp_path):
    shard = copy / "data" / "00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    status, _, errors = command("export", copy, "--format", name, "--out", tmp_path / "it")
    assert status == 2 and "00000.parquet is damaged" in errors and errors.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_shard_that_becomes_another_while_it_is_exported_is_found(turntable_dir, tmp_path):
    """One of the same columns, which Parquet reads without a word."""
    dataset = Dataset.open(shutil.copytree(turntable_dir, tmp_path / "mine"))
    dataset.verify()
    shards = read_shards(dataset)
    assert len(next(shards)[1]) == 48
    shutil.copy(dataset.files[0], dataset.files[1])
    with pytest.raises(UserError, match=r"00001.parquet is damaged"):
        next(shards)


def test_a_killed_export_leaves_nothing_that_looks_whole(tabletop_dir, tmp_path, command):
    out = tmp_path / "it"
    args = ["export", str(tabletop_dir), "--format", "images", "--out", str(out)]
    code = "import sys, time; from embodied_ssl.exporting import images; "
    code += "images.ending_of = lambda data: time.sleep(.02) or 'webp'; "
    code += f"from embodied_ssl import cli; cli._dispatch({args!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    draft = tmp_path / ".it.unfinished"
    while not list(draft.rglob("*.webp")):
        assert process.poll() is None
        time.sleep(0.02)
    status, _, errors = command(*args)
    assert status == 2 and "another process is writing" in errors
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert draft.exists() and not out.exists()
    assert command(*args)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_a_part_is_exported_and_said_to_be_one(command, turntable_dir, tmp_path):
    copy = shutil.copytree(turntable_dir, tmp_path / "mine")
    manifest = read_manifest(copy)
    del manifest.shards["00001.parquet"]
    manifest.write(copy)
    args = ("export", copy, "--format", "webdataset", "--out", tmp_path / "it")
    status, said, errors = command(*args)
    assert status == 0 and "48 rows" in said and "is a part, 1 of 2 shards" in errors


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("nowhere --format coco --out it", "nowhere is no folder"),
        ("empty --format coco --out it", "neither dataset.json nor run.json"),
        ("data --format cocoa --out it", "did you mean 'coco'"),
        ("data --format onnx --out it", "unknown format of a dataset 'onnx'"),
        ("data --format coco --out it", "stores no masks"),
        ("data --format images --out full", "full holds something else"),
        ("data --format images --out file", "file is no folder"),
        ("data --format images --out file/it", "cannot write"),
        ("data --format images --out s3://bucket/it", "is an address"),
        ("data --out it", "--format must be given"),
    ],
)
def test_a_mistake_is_one_line_and_touches_nothing(
    command, turntable_dir, tmp_path, monkeypatch, args, said
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(turntable_dir)
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    for file in (tmp_path / "file", tmp_path / "full" / "mine.txt"):
        file.write_text("mine")
    before = tree(tmp_path)
    status, _, errors = command("export", *args.split())
    assert status == 2 and said in errors and errors.count("\n") == 1
    assert tree(tmp_path) == before


def test_another_export_is_not_replaced(command, masked_dir, turntable_dir, tmp_path):
    it = tmp_path / "it"
    assert command("export", masked_dir, "--format", "images", "--out", it)[0] == 0
    for data, name in ((turntable_dir, "images"), (masked_dir, "coco")):
        status, _, errors = command("export", data, "--format", name, "--out", it)
        assert status == 2 and "holds another export" in errors


def test_the_help_lists_the_formats_of_datasets_and_runs(command):
    status, said, _ = command("export", "--help")
    assert not status and all(f"  {name} " in said for name in FORMATS["dataset"])
    assert "cannot be read" not in said


def test_file_names_lead_nowhere_and_are_all_different():
    name = FileNames()
    texts = [
        "household/mug/1",
        "../../etc/passwd",
        "..",
        "",
        "a/b",
        "a-b",
        "A-B",
        "\x00\n",
        "é" * 300,
    ]
    found = [name(text) for text in texts]
    assert found[0] == "household-mug-1" and [name(text) for text in texts] == found
    assert len({each.lower() for each in found}) == len(texts)
    for each in found:
        assert each.strip(".") and len(each.encode()) < 256
        assert not {"/", "\\", "\x00", "\n"} & set(each)
