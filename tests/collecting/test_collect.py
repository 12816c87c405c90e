"""Collecting: the same bytes however it is done, and nothing lost when it goes wrong."""

import dataclasses

import pytest

from embodied_ssl.cli import run
from embodied_ssl.collecting import folder, shard
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.data import Dataset, shards
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.tabletop import Tabletop


@pytest.mark.parametrize("orbit", [False, True])
def test_any_number_of_workers_writes_the_same_bytes(config, views, digests, tmp_path, orbit):
    views = dataclasses.replace(views, orbit=orbit)
    run_collect(config, views)
    assert ("orbit" in Dataset.open(config.out).manifest.settings) == orbit
    other = dataclasses.replace(config, out=tmp_path / "four", workers=4)
    run_collect(other, views)
    assert len(Dataset.open(config.out).files) == 3
    assert digests(config.out) == digests(other.out)


def test_what_is_missing_is_filled_in(config, views, digests):
    run_collect(config, views)
    before = digests(config.out)
    (config.out / "data" / "00001.parquet").unlink()
    run_collect(config, views)
    assert digests(config.out) == before


def test_the_tabletop_continues_what_was_broken(digests, tmp_path, monkeypatch):
    monkeypatch.setattr(shard, "ROWS", 3)
    whole = CollectConfig("tabletop", tmp_path / "whole", image_size=32)
    eight = Tabletop.Config(interactions=8)
    run_collect(whole, eight)
    broken = dataclasses.replace(whole, out=tmp_path / "broken")
    write, written = shard.collect_shard, []

    def fail(spec, k, beat):
        if written:
            raise KeyboardInterrupt
        written.append(k)
        return write(spec, k, beat)

    with monkeypatch.context() as patch:
        patch.setattr(folder, "collect_shard", fail)
        assert run(lambda: run_collect(broken, eight)) == 130
    assert len(list((broken.out / "data").iterdir())) == 1
    run_collect(broken, eight)
    assert digests(broken.out) == digests(whole.out)


def test_a_damaged_shard_is_named(config, views):
    run_collect(config, views)
    shard = config.out / "data" / "00002.parquet"
    shard.write_bytes(shard.read_bytes()[:-9])
    for action in (lambda: run_collect(config, views), Dataset.open(config.out).verify):
        with pytest.raises(UserError, match=r"00002\.parquet is damaged"):
            action()


def test_other_settings_and_other_folders_are_refused(config, views, digests, tmp_path):
    run_collect(config, views)
    before = digests(config.out)
    with pytest.raises(UserError, match="seed 0, not 1"):
        run_collect(dataclasses.replace(config, seed=1), views)
    with pytest.raises(UserError, match="turntable"):
        run_collect(dataclasses.replace(config, env="tabletop"), Tabletop.Config())
    assert digests(config.out) == before
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="no dataset"):
        run_collect(dataclasses.replace(config, out=foreign), views)
    assert [file.name for file in foreign.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("value", [0, -3])
def test_no_workers_are_refused(config, value):
    with pytest.raises(UserError, match="--workers"):
        dataclasses.replace(config, workers=value)


@pytest.mark.parametrize("value", [15, 1025])
def test_images_too_small_or_too_large_are_refused(config, value):
    with pytest.raises(UserError, match="--image-size must be from 16 to 1024"):
        dataclasses.replace(config, image_size=value)


def test_an_unknown_env_suggests_the_nearest(config, views):
    with pytest.raises(UserError, match="tabletop"):
        run_collect(dataclasses.replace(config, env="tabeltop"), views)


def test_a_full_disk_leaves_what_was_whole(config, views, monkeypatch, capsys):
    write, written = shards.write_atomically, []

    def full(path, data):
        if path.suffix == ".parquet":
            written.append(path)
            if len(written) == 2:
                raise OSError(28, "No space left on device", str(path))
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(shards, "write_atomically", full)
        assert run(lambda: run_collect(config, views)) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert len(list((config.out / "data").iterdir())) == 1
    run_collect(config, views)
    assert len(Dataset.open(config.out).files) == 3
