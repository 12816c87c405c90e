"""Datasets at addresses: read through a copy, collected shard by shard, or one line."""

import shutil

import fsspec
import pytest

from embodied_ssl import cli
from embodied_ssl.collecting import engines
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.data import Dataset, open_labelled, open_source
from embodied_ssl.data.video import VideoFolder
from embodied_ssl.errors import UserError
from embodied_ssl.files import address_of, write_atomically
from embodied_ssl.worlds.turntable import Turntable

VIEWS = Turntable.Config(val_objects=5, test_objects=4, azimuths=1)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty memory file system, caches of one's own, and a folder to notice ``s3:`` in."""
    fsspec.filesystem("memory").store.clear()
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(tmp_path / "caches"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def remote(turntable_dir):
    files = fsspec.filesystem("memory")
    for path in turntable_dir.rglob("*"):
        if path.is_file() and ".cache" not in path.parts:
            files.pipe(f"/bucket/turn/{path.relative_to(turntable_dir)}", path.read_bytes())
    return "memory://bucket/turn"


def test_a_dataset_is_read(remote, turntable_dir, capsys):
    dataset, whole = open_source(remote), Dataset.open(turntable_dir)
    assert dataset.fingerprint == whole.fingerprint and dataset.table() == whole.table()
    assert "copying 4 files" in capsys.readouterr().err
    assert len(open_labelled(remote).images) == 72
    assert "copying" not in capsys.readouterr().err  # nothing has changed
    assert cli.run(lambda: cli._dispatch(["info", remote])) == 0


def test_what_changes_there_changes_here(remote):
    before = Dataset.open(remote)
    files = fsspec.filesystem("memory")
    files.pipe("/bucket/turn/dataset.json", b"{}")
    files.rm("/bucket/turn/data/00001.parquet")
    with pytest.raises(UserError, match="damaged"):
        Dataset.open(remote)
    assert not before.files[1].exists()


def test_copies_are_among_the_caches(remote, capsys):
    copy = Dataset.open(remote).path
    capsys.readouterr()
    assert cli.run(lambda: cli._dispatch(["cache", "--clear"])) == 0
    assert f"  {copy}" in capsys.readouterr().out and not copy.exists()
    assert Dataset.open(remote).whole


def test_a_copy_that_lost_a_file_gets_it_back(remote):
    path = Dataset.open(remote).files[0]
    path.unlink()
    assert Dataset.open(remote).table().num_rows == 72


def test_a_name_that_leads_out_of_the_folder_is_not_followed(remote, tmp_path):
    store = fsspec.filesystem("memory").store
    store["/bucket/turn/../../../../evil"] = store["/bucket/turn/dataset.json"]
    Dataset.open(remote)
    assert not list(tmp_path.rglob("evil"))


def test_folders_of_photos_and_sequences_are_read(kitti, turntable_dir):
    assert len(VideoFolder.open(f"folder-video:file://{kitti}").sequences[0].frames) == 12
    with pytest.raises(UserError, match="no photos"):
        open_labelled(f"folder:file://{turntable_dir}")


def test_it_is_collected_shard_by_shard_and_continued(tmp_path, monkeypatch):
    from pathlib import Path

    files = fsspec.filesystem("memory")
    config = CollectConfig("turntable", Path("memory://bucket/new"), image_size=16)
    write, written = engines.collect_shard, []

    def fail(spec, k):
        if written:
            raise KeyboardInterrupt
        written.append(k)
        return write(spec, k)

    with monkeypatch.context() as patch:
        patch.setattr(engines, "collect_shard", fail)
        with pytest.raises(KeyboardInterrupt):
            run_collect(config, VIEWS)
    assert [n for n in files.find("/bucket/new") if n.endswith("parquet")] == [
        "/bucket/new/data/00000.parquet"
    ]
    shutil.rmtree(tmp_path / "caches")  # another machine continues
    run_collect(config, VIEWS)
    here = CollectConfig("turntable", tmp_path / "one", image_size=16)
    run_collect(here, VIEWS)
    assert Dataset.open("memory://bucket/new").fingerprint == Dataset.open(here.out).fingerprint
    assert files.exists("/bucket/new/README.md") and files.exists("/bucket/new/settings.yaml")
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://bucket/x", r"pip install 'embodied-ssl\[s3\]'"),
        ("gs://bucket/x", r"pip install 'embodied-ssl\[gs\]'"),
        ("abfs://bucket/x", "adlfs"),
        ("nope://x/y", "Protocol not known: nope"),
        ("memory://nothing/there", "holds nothing"),
        ("file:///nowhere/at/all", "holds nothing"),
    ],
)
def test_an_address_that_cannot_be_read_is_one_line(address, said, tmp_path):
    for prefix in ("", "folder:", "folder-video:"):
        opens = open_labelled if prefix == "folder:" else open_source
        with pytest.raises(UserError, match=said):
            opens(prefix + address)
    assert not list((tmp_path / "here").iterdir())


def test_nothing_is_made_for_an_address_that_nobody_can_write(tmp_path):
    words = ["collect", "--env", "turntable", "--out", "s3://bucket/new"]
    assert cli.run(lambda: cli._dispatch(words)) == 2
    for path in ("s3://bucket/results.json", "nope://x"):
        with pytest.raises(UserError, match="is an address"):
            write_atomically(tmp_path.__class__(path), b"")
    assert not list((tmp_path / "here").iterdir())


def test_paths_are_no_addresses(tmp_path):
    path = type(tmp_path)
    assert address_of(path("s3://a/b")) == address_of("S3://a/b") == "s3://a/b"
    assert address_of(path("file:///a/b")) == "file:///a/b"
    for text in ("a/b", "/a:/b", "C:/a", "a:b", "./s3://a"):
        assert address_of(text) is None
