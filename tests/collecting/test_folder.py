"""What can be wrong with a folder is found before the work; what the disk refuses is one line."""

import errno
import os

import pytest

from embodied_ssl.cli import run
from embodied_ssl.collecting import shard
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.engines import in_this_process
from embodied_ssl.collecting.filling import collect_missing
from embodied_ssl.data import shards
from embodied_ssl.errors import UserError


def collect(spec):
    return collect_missing(spec, in_this_process, range(spec.num_shards))


def tree(folder):
    """Every path below a folder, with what it is and when it was changed."""
    paths = sorted(folder.rglob("*"))
    return [(path, path.lstat().st_mode, path.lstat().st_mtime_ns) for path in paths]


def make_file(out):
    out.write_text("mine")


def make_broken_link(out):
    out.symlink_to(out.with_name("nowhere"))


def make_foreign(out):
    out.mkdir()
    (out / "thesis.txt").write_text("mine")


def make_dataset_with(name, make):
    def of(out):
        out.mkdir()
        path = out / name
        path.parent.mkdir(exist_ok=True)
        make(path)

    return of


BAD_FOLDERS = {
    "a file": make_file,
    "a broken link": make_broken_link,
    "other things": make_foreign,
    "a shard is a pipe": make_dataset_with("data/00001.parquet", os.mkfifo),
    "a shard is a folder": make_dataset_with("data/00000.parquet", os.mkdir),
    "the shards' folder is a file": make_dataset_with("data", make_file),
    "the shards' folder is a broken link": make_dataset_with("data", make_broken_link),
    "the manifest is a folder": make_dataset_with("dataset.json", os.mkdir),
    "the manifest is a pipe": make_dataset_with("dataset.json", os.mkfifo),
    "the settings are a folder": make_dataset_with("settings.yaml", os.mkdir),
    "the card is a pipe": make_dataset_with("README.md", os.mkfifo),
}


@pytest.fixture
def unopened(monkeypatch):
    """No env may be opened: that would be work."""

    def fail(*_):
        raise AssertionError("an env was opened")

    fail.cache_clear = lambda: None
    monkeypatch.setattr(shard, "_open_env", fail)


@pytest.mark.parametrize("name", BAD_FOLDERS)
@pytest.mark.timeout(20)
def test_a_folder_that_cannot_be_used_is_refused_before_the_work(
    unopened, counting, tmp_path, capsys, name
):
    out = tmp_path / "out"
    BAD_FOLDERS[name](out)
    before = tree(tmp_path)
    config = CollectConfig("counting:Counting", out, image_size=16)
    assert run(lambda: run_collect(config, counting.Counting.Config())) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1 and str(out) in error
    assert tree(tmp_path) == before


@pytest.mark.parametrize("below", ["out", "deep/er", "n" * 300, "zero\0"])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    unopened, counting, tmp_path, below
):
    (tmp_path / "file").write_text("mine")
    parent = tmp_path if below[0] in "nz" else tmp_path / "file"
    before = tree(tmp_path)
    config = CollectConfig("counting:Counting", parent / below, image_size=16)
    with pytest.raises(UserError):
        run_collect(config, counting.Counting.Config())
    assert tree(tmp_path) == before


@pytest.mark.parametrize("part", [".", "data"])
def test_a_folder_without_permission_is_refused_before_the_work(
    unopened, counting, tmp_path, monkeypatch, part
):
    (tmp_path / "data").mkdir()
    refused = os.path.normpath(tmp_path / part)
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: str(path) != refused and access(path, mode)
    )
    with pytest.raises(UserError, match="no permission"):
        run_collect(CollectConfig("counting:Counting", tmp_path), counting.Counting.Config())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "[Rr]ead-only"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_disk_refuses_is_one_line_and_whole_shards_stay(
    spec_of, listed, digests, monkeypatch, code, said
):
    write, written = shards.write_atomically, []

    def refuse(path, data):
        written.append(path)
        if len(written) == 2:
            raise OSError(code, os.strerror(code), str(path))
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(shards, "write_atomically", refuse)
        with pytest.raises(UserError, match=said):
            collect(spec_of(rows=250))
    assert list(listed(spec_of().out)) == ["00000.parquet"]
    collect(spec_of(rows=250))
    collect(spec_of("whole", rows=250))
    assert digests(spec_of().out) == digests(spec_of("whole").out)


def test_what_killed_processes_left_is_removed(spec_of, digests):
    collect(spec_of("whole", rows=250))
    out = spec_of().out
    for name in (
        ".dataset.json.12.tmp",
        ".settings.yaml.12-7.tmp",
        "data/.00001.parquet.12.tmp",
        "data/.00002.parquet.12-7.tmp",
        ".collecting/00001.lock",
        ".collecting/00001.claim",
        ".collecting/data/00001.parquet",
    ):
        (out / name).parent.mkdir(exist_ok=True, parents=True)
        (out / name).write_text("half")
        if (
            name == ".dataset.json.12.tmp"
        ):  # so far is a folder that a run left before anything else
            collect(spec_of(rows=100))
    collect(spec_of(rows=250))
    assert digests(out) == digests(spec_of("whole").out)


def test_a_shard_that_the_manifest_does_not_name_is_collected_again(spec_of, digests):
    collect(spec_of("whole", rows=250))
    collect(spec_of(rows=200))
    (spec_of().out / "data" / "00002.parquet").write_text("somebody's")
    collect(spec_of(rows=250))
    assert digests(spec_of().out) == digests(spec_of("whole").out)
