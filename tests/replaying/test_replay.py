"""A replay gives the bytes that are stored, and names what is not."""

import json

import pyarrow.parquet as pq
import pytest
from edits import edit_manifest, edit_row, enter

from embodied_ssl import cli
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.replaying import command as replaying
from embodied_ssl.worlds.turntable import Turntable

EQUAL = "every byte is as it is stored"


@pytest.mark.parametrize(
    ("world", "number", "where", "rows"),
    [
        ("tabletop", 3, "00001.parquet, row 0, of episode 3", 1),
        ("rooms", 1, "00000.parquet, rows 4 to 7, of episode 1", 4),
        ("turntable", 0, "00000.parquet, rows 0 to 2, of episode 0", 3),
    ],
)
def test_an_episode_comes_out_as_it_is_stored(command, stored, world, number, where, rows):
    status, output, errors = command("replay", stored(world), "--episode", number)
    assert status == 0, errors
    assert where in output and f"rows {rows}: {EQUAL}" in output and "differ" not in output
    for column in pq.read_schema(stored(world) / "data" / "00000.parquet").names:
        assert f"│ {column} " in output


@pytest.mark.parametrize(("world", "rows"), [("tabletop", 4), ("rooms", 8), ("turntable", 6)])
def test_every_shard_of_a_world_comes_out_as_it_is_stored(command, stored, world, rows):
    status, output, errors = command("replay", stored(world), "--verify")
    assert status == 0 and f"rows {rows}: {EQUAL}" in output, errors
    assert f"replay {world}: {rows}/{rows} rows" in errors


@pytest.mark.parametrize("options", [("--episode", 1), ("--verify",)])
def test_a_value_that_was_changed_is_named(command, copied, options):
    folder = copied("turntable")
    edit_row(folder, "00000.parquet", 4, "azimuth", lambda v: v + 0.5)
    status, output, errors = command("replay", folder, *options)
    assert status == cli.USAGE_ERROR and errors.count("error: ") == 1
    assert "00000.parquet, row 4, azimuth: " in errors and "0.5 apart" in errors
    (line,) = [line for line in output.splitlines() if line.startswith("│ azimuth ")]
    assert f"1 of {3 if options[1:] else 6} rows differ" in line
    assert output.count(" equal ") == len(pq.read_schema(folder / "data/00000.parquet").names) - 1
    assert EQUAL not in output
    assert command("replay", folder, "--episode", 0)[0] == 0


def test_a_part_of_a_struct_is_named(command, copied):
    folder = copied("tabletop")
    edit_row(folder, "00000.parquet", 0, "object", lambda v: v | {"mass": v["mass"] * 2})
    _, _, errors = command("replay", folder, "--episode", 0)
    assert "row 0, object.mass: " in errors and "apart" in errors


def test_rows_that_are_gone_are_named(command, copied):
    folder = copied("turntable")
    enter(folder, "00000.parquet", pq.read_table(folder / "data" / "00000.parquet")[:5])
    for options in (["--episode", 1], ["--verify"]):
        status, _, errors = command("replay", folder, *options)
        stored = 5 - 3 * (options[0] == "--episode")
        assert status == cli.USAGE_ERROR and "row 5, " in errors
        assert f"{stored} rows are stored, {stored + 1} come out" in errors


def test_every_shard_is_compared_after_one_that_differs(command, counted):
    for name in ("00000.parquet", "00002.parquet"):
        edit_row(counted, name, 1, "number", lambda v: v + 5)
    status, output, errors = command("replay", counted, "--verify")
    assert status == cli.USAGE_ERROR and "2 of 8 rows differ" in output
    assert "00000.parquet, row 1, number: " in errors and "5 apart" in errors


def test_other_versions_are_named(command, counted, monkeypatch):
    edit_row(counted, "00001.parquet", 0, "number", lambda v: v + 5)
    versions = json.loads((counted / "dataset.json").read_text())["versions"]
    commit = "0123456789" * 4
    for then, said in (
        (versions.keys() - {"commit"}, "dataset.json does not say the commit of the code"),
        (versions.keys() | {"commit"}, "the versions that dataset.json names are those here"),
    ):
        known = versions | {"commit": commit}
        edit_manifest(counted, versions={name: known[name] for name in then})
        monkeypatch.setattr(replaying, "versions_now", lambda more, now=known: now)
        assert said in command("replay", counted, "--episode", 3)[2]
    edit_manifest(counted, versions=versions | {"pybullet": "3.2.5", "commit": commit})
    here = {"pybullet": "3.2.7", "commit": "abcdef0123" * 4 + "+changes"}
    monkeypatch.setattr(replaying, "versions_now", lambda more: versions | here)
    _, _, errors = command("replay", counted, "--episode", 3)
    assert "collected with pybullet 3.2.5 (here 3.2.7), " in errors
    assert "commit 0123456789 (here abcdef0123+changes)" in errors and "numpy" not in errors
    assert command("replay", counted, "--episode", 2)[2].count("3.2.5") == 0


def test_a_dataset_that_grew_is_replayed(command, tmp_path):
    config = CollectConfig("turntable", tmp_path / "grown", image_size=32)
    for objects in (1, 2):
        run_collect(config, Turntable.Config(val_objects=objects, test_objects=1, azimuths=1))
    (config.out / "settings.yaml").unlink()
    status, output, errors = command("replay", config.out, "--verify")
    assert status == 0 and f"rows 9: {EQUAL}" in output, errors


def test_a_part_of_a_dataset_is_replayed(command, copied):
    folder = copied("tabletop")
    shards = json.loads((folder / "dataset.json").read_text())["shards"]
    edit_manifest(folder, shards={"00001.parquet": shards["00001.parquet"]}, rows=1)
    (folder / "data" / "00000.parquet").unlink()
    status, _, errors = command("replay", folder, "--episode", 2)
    assert status == cli.USAGE_ERROR and "00000.parquet, which" in errors
    status, output, errors = command("replay", folder, "--verify")
    assert status == 0 and f"rows 1: {EQUAL}" in output and "is a part, 1 of 2 shards" in errors


def test_no_more_of_an_episode_is_played_than_what_is_before(stored, command, monkeypatch):
    from embodied_ssl_envs.tabletop.env import TabletopEnv

    played, step = [], TabletopEnv.step
    monkeypatch.setattr(TabletopEnv, "step", lambda env, a: played.append(1) or step(env, a))
    rows = pq.read_table(stored("tabletop") / "data" / "00000.parquet")
    first = rows["episode"].to_pylist().index(rows["episode"][1].as_py())
    assert command("replay", stored("tabletop"), "--episode", 1)[0] == 0
    assert len(played) == 2 - first
