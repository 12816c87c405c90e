"""What cannot be replayed is one line, and nothing is written."""

import json
import os
import re
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
import yaml
from edits import edit_manifest, edit_row, enter
from urdfs import brick, write

from embodied_ssl import cli
from embodied_ssl.collecting import shard
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.worlds.rooms import Rooms
from embodied_ssl.worlds.turntable import Turntable

PROGRESS = re.compile(r"(collect|replay) \S+: ")


def refused(command, *words):
    """The one line that is said."""
    status, output, errors = command("replay", *words)
    (line,) = [line for line in errors.splitlines() if not PROGRESS.match(line)]
    assert status == cli.USAGE_ERROR and line.startswith("error: ") and not output
    return line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "name what to replay: --episode K, or --verify"),
        (("--video", "film.mp4"), "--video shows one episode: name it with --episode K"),
        (("--verify", "--gui"), "--gui shows one episode"),
        (("--episode", 1, "--video", "film.avi"), "must end in .mp4, .webp, .gif"),
        (("--episode", "one"), "one"),
        (("--episode", -1), "has rows 0 to 7"),
        (("--episode", 8), "--episode 8: "),
        (("--episode", 1, "--video", "file/film.mp4"), "file is no folder"),
        (("--episodes", 1), "did you mean '--episode'?"),
    ],
)
def test_impossible_options(command, counted, monkeypatch, options, said):
    monkeypatch.chdir(counted.parent)
    (counted.parent / "file").write_text("mine")
    before = sorted(counted.parent.rglob("*"))
    assert said in refused(command, "counted", *options)
    assert sorted(counted.parent.rglob("*")) == before


def test_a_film_replaces_no_shard(command, counted):
    (counted / "data" / "film.mp4").symlink_to(counted / "data" / "00000.parquet")
    said = refused(command, counted, "--episode", 0, "--video", counted / "data" / "film.mp4")
    assert "would replace what is read from" in said


@pytest.mark.parametrize("options", [("--episode", 4), ("--verify",)])
def test_a_damaged_shard(command, counted, options):
    file = counted / "data" / "00001.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    assert "00001.parquet is damaged" in refused(command, counted, *options)


def test_rows_that_cannot_be_placed(command, counted):
    edit_row(counted, "00000.parquet", 1, "episode", lambda v: 77)
    assert "00000.parquet" in (said := refused(command, counted, "--episode", 1))
    assert "row 1: episode is 77, which cannot be in there" in said
    enter(counted, "00001.parquet", pq.read_table(counted / "data/00001.parquet")[:1])
    assert "has 1 rows, none for 5" in refused(command, counted, "--episode", 5)
    table = pq.read_table(counted / "data" / "00000.parquet").drop_columns(["episode"])
    enter(counted, "00000.parquet", table)
    assert "use --verify" in refused(command, counted, "--episode", 1)


def test_an_episode_none_of_whose_rows_is_there(command, copied):
    folder = copied("turntable")
    for row in range(3):
        edit_row(folder, "00000.parquet", row, "episode", lambda v: 5)
    assert "has no row of episode 0" in refused(command, folder, "--episode", 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": None}, "does not say the seed"),
        ({"seed": "seven"}, "--seed must be"),
        ({"steps": 3.5}, "steps must be a whole number"),
        ({"speed": 3}, "it was collected with speed 3, and here that is none"),
    ],
)
def test_settings_that_this_version_cannot_have(command, counted, change, said):
    settings = json.loads((counted / "dataset.json").read_text())["settings"] | change
    edit_manifest(counted, settings={k: v for k, v in settings.items() if v is not None})
    assert said in refused(command, counted, "--episode", 0)


def test_a_world_that_is_not_there(command, counted):
    edit_manifest(counted, env="tabeltop")
    assert "did you mean 'tabletop'?" in refused(command, counted, "--verify")
    assert "collect a dataset first" in refused(command, counted / "nowhere", "--verify")


@pytest.fixture
def with_objects(tmp_path):
    """A dataset with bricks of a folder, and that folder."""
    for number in range(3):
        write(tmp_path / "things", brick(), f"brick/{number}")
    config = CollectConfig("turntable", tmp_path / "data", image_size=32)
    objects = (f"folder:{tmp_path / 'things'}",)
    run_collect(config, Turntable.Config(objects, val_objects=1, test_objects=1, azimuths=1))
    return config.out, tmp_path / "things"


def test_objects_of_a_folder_that_moved_or_changed(command, with_objects):
    data, things = with_objects
    assert command("replay", data, "--verify")[0] == 0
    moved = things.rename(things.with_name("moved"))
    said = refused(command, data, "--episode", 0)
    assert f"no folder of objects at {things}; {data / 'settings.yaml'} says where it was" in said
    settings = yaml.safe_load((data / "settings.yaml").read_text())
    (data / "settings.yaml").write_text(yaml.safe_dump(settings | {"objects": [f"folder:{moved}"]}))
    assert command("replay", data, "--episode", 0)[0] == 0
    write(moved, brick(), "brick/new")
    said = refused(command, data, "--episode", 0)
    assert "it was collected with objects ['folder:sha256-" in said
    (data / "settings.yaml").unlink()
    assert "no folder of objects at sha256-" in refused(command, data, "--verify")


def test_a_scene_is_replayed_while_it_is_what_it_was(command, tmp_path):
    urdf = write(tmp_path / "scenes", brick('<box size=".5 .5 1"/>'), "den")
    body = {"urdf": "model.urdf", "position": [0, 0, 0.5]}
    (urdf.parent / "scene.yaml").write_text(yaml.safe_dump({"bodies": [body]}))
    config = CollectConfig("rooms", tmp_path / "data", image_size=32)
    run_collect(config, Rooms.Config(episodes=1, frames=5, scene=str(urdf.parent)))
    film = tmp_path / "film.webp"
    status, output, errors = command("replay", config.out, "--episode", 0, "--video", film)
    assert status == 0 and "every byte is as it is stored" in output, errors
    body["position"][0] = 0.2
    (urdf.parent / "scene.yaml").write_text(yaml.safe_dump({"bodies": [body]}))
    assert "it was collected with scene " in refused(command, config.out, "--verify")


def test_a_world_without_the_simulator_is_replayed_without_it(counted):
    code = "import sys; sys.modules['pybullet'] = None; from embodied_ssl import cli; "
    code += f"from embodied_ssl.collecting import shard; shard.ROWS = {shard.ROWS}; "
    code += f"sys.exit(cli.run(lambda: cli._dispatch(['replay', {str(counted)!r}, '--verify'])))"
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0 and "rows 8: every byte" in done.stdout, done.stderr
