"""Collecting: the same bytes however it is done, and nothing lost when it goes wrong."""

import dataclasses
import hashlib
import json

import pyarrow.parquet as pq
import pytest

from embodied_ssl import collect
from embodied_ssl.cli import run
from embodied_ssl.collecting.shard import CollectConfig, run_collect
from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError


@pytest.fixture
def config(tmp_path):
    """Three shards of views, one object at a time."""
    return CollectConfig(
        env="turntable",
        out=tmp_path / "one",
        image_size=32,
        val_objects=8,
        test_objects=16,
        azimuths=1,
    )


def digests(folder):
    files = [*sorted((folder / "data").iterdir()), folder / "dataset.json", folder / "README.md"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize("orbit", [False, True])
def test_any_number_of_workers_writes_the_same_bytes(config, tmp_path, orbit):
    config = dataclasses.replace(config, orbit=orbit)
    run_collect(config)
    assert ("orbit" in Dataset.open(config.out).manifest.settings) == orbit
    other = dataclasses.replace(config, out=tmp_path / "four", workers=4)
    run_collect(other)
    assert len(Dataset.open(config.out).files) == 3
    assert digests(config.out) == digests(other.out)


def test_what_is_missing_is_filled_in(config):
    run_collect(config)
    before = digests(config.out)
    (config.out / "data" / "00001.parquet").unlink()
    run_collect(config)
    assert digests(config.out) == before


def test_the_tabletop_continues_what_was_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "ROWS", 3)
    whole = CollectConfig("tabletop", tmp_path / "whole", interactions=8, image_size=32)
    run_collect(whole)
    broken = dataclasses.replace(whole, out=tmp_path / "broken")
    write, written = collect.collect_shard, []

    def fail(spec, k):
        if written:
            raise KeyboardInterrupt
        written.append(k)
        return write(spec, k)

    with monkeypatch.context() as patch:
        patch.setattr("embodied_ssl.collecting.folder.collect_shard", fail)
        assert run(lambda: run_collect(broken)) == 130
    assert len(list((broken.out / "data").iterdir())) == 1
    run_collect(broken)
    assert digests(broken.out) == digests(whole.out)


def test_a_damaged_shard_is_named(config):
    run_collect(config)
    shard = config.out / "data" / "00002.parquet"
    shard.write_bytes(shard.read_bytes()[:-9])
    for action in (lambda: run_collect(config), Dataset.open(config.out).verify):
        with pytest.raises(UserError, match=r"00002\.parquet is damaged"):
            action()


def test_other_settings_and_other_folders_are_refused(config, tmp_path):
    run_collect(config)
    before = digests(config.out)
    with pytest.raises(UserError, match="seed 0, not 1"):
        run_collect(dataclasses.replace(config, seed=1))
    with pytest.raises(UserError, match="turntable"):
        run_collect(dataclasses.replace(config, env="tabletop"))
    assert digests(config.out) == before
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="no dataset"):
        run_collect(dataclasses.replace(config, out=foreign))
    assert [file.name for file in foreign.iterdir()] == ["thesis.txt"]


def test_a_newer_schema_is_refused(config):
    run_collect(config)
    path = config.out / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(UserError, match="99, newer"):
        Dataset.open(config.out)


def test_a_column_that_older_rows_lack_is_named(config):
    run_collect(config)
    shard = config.out / "data" / "00001.parquet"
    pq.write_table(pq.read_table(shard).drop_columns(["azimuth"]), shard)
    with pytest.raises(
        UserError, match=r"00001\.parquet has no column 'azimuth'.*collect it again"
    ):
        Dataset.open(config.out).table(["step", "azimuth"])


@pytest.mark.parametrize("name", ["workers", "image_size", "val_objects", "azimuths"])
@pytest.mark.parametrize("value", [0, -3])
def test_counts_below_one_are_refused(config, name, value):
    with pytest.raises(UserError, match="--" + name.replace("_", "-")):
        run_collect(dataclasses.replace(config, **{name: value}))
    assert not config.out.exists()


def test_an_unknown_env_suggests_the_nearest(config):
    with pytest.raises(UserError, match="tabletop"):
        run_collect(dataclasses.replace(config, env="tabeltop"))


def test_a_full_disk_leaves_what_was_whole(config, monkeypatch, capsys):
    from embodied_ssl.data import shards

    write, written = shards.write_atomically, []

    def full(path, data):
        if path.suffix == ".parquet":
            written.append(path)
            if len(written) == 2:
                raise OSError(28, "No space left on device", str(path))
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(shards, "write_atomically", full)
        assert run(lambda: run_collect(config)) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert len(list((config.out / "data").iterdir())) == 1
    run_collect(config)
    assert len(Dataset.open(config.out).files) == 3
