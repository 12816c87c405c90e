"""What every world of the registry promises."""

import ast
import dataclasses
import importlib
import inspect
import math
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.playing import play_episode
from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.rows import is_image, is_images
from embodied_ssl.data.schema import IMAGE, column_names, features, image_columns
from embodied_ssl.data.shards import write_shard
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.sampling.frames import IMAGE_COLUMNS
from embodied_ssl.worlds import WORLDS, objects, tabletop, turntable

SMALL = {
    "tabletop": {},
    "turntable": {"val_objects": 1, "test_objects": 1, "azimuths": 1},
    "rooms": {"episodes": 2, "frames": 3},
}
worlds = pytest.mark.parametrize("name", WORLDS)


def test_every_world_is_looked_at():
    assert SMALL.keys() == WORLDS.keys()


@worlds
def test_every_option_is_documented_and_has_a_default(name):
    config = WORLDS.load(name).Config
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(config))).body
    said = {
        field.target.id
        for field, text in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
    assert said == {field.name for field in dataclasses.fields(config)}
    assert config() == config() and hash(config()) == hash(config())  # shards are keyed by it
    assert not {f.name for f in dataclasses.fields(config)} & {
        f.name for f in dataclasses.fields(CollectConfig)
    }


@worlds
def test_a_summary_names_the_paper_and_fits_a_line(name):
    summary = WORLDS.summary(name)
    assert summary == WORLDS.load(name).__doc__.splitlines()[0]
    assert summary.rstrip(").")[-4:].isdigit() and len(summary) <= 90


@worlds
def test_the_columns_are_well_formed(name):
    world = WORLDS.load(name)
    assert list(features(world.columns)) == list(world.columns)
    assert world.columns["split"] == "string"
    assert set(image_columns(world.columns)) & set(IMAGE_COLUMNS)


@worlds
def test_the_meaning_of_every_column_is_said(name):
    world = WORLDS.load(name)
    assert list(world.meanings) == list(column_names(world.columns))
    assert all(len(meaning) > 1 for meaning in world.meanings.values())


@worlds
def test_what_is_named_exists(name):
    world = WORLDS.load(name)
    options = {field.name for field in dataclasses.fields(world.Config)}
    assert {*world.newer_options, *filter(None, [world.rows_option])} <= options
    assert set(world.named_by_contents) <= options
    for named in filter(None, (world.drawing, world.onlooker)):
        module, _, name_there = named.partition(":")
        assert callable(getattr(importlib.import_module(module), name_there))


@worlds
def test_options_are_listed_without_a_simulator_and_without_arrays(name):
    code = f"import sys; from embodied_ssl.worlds import WORLDS; WORLDS.load({name!r}).Config(); "
    code += "print({'torch', 'pybullet', 'gymnasium', 'numpy', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@worlds
@pytest.mark.parametrize("value", [0, -1, 10**15, math.nan, math.inf])
def test_every_number_has_bounds_which_are_said(name, value):
    config = WORLDS.load(name).Config
    given = {f.name: f.default for f in dataclasses.fields(config) if type(f.default) is not bool}
    numbers = [option for option, default in given.items() if isinstance(default, int | float)]
    assert numbers
    for option in numbers:
        may_be_none = ("odometry_noise", "train_objects", "random_grasps", "wrist_views")
        if option in may_be_none and value == 0:
            continue
        said = rf"^--{option.replace('_', '-')} must be from \S+ to \S+, not {value}\.$"
        with pytest.raises(UserError, match=said):
            config(**{option: value})


@worlds
def test_the_rows_of_its_explorer_fit_its_columns(name, tmp_path):
    cls = WORLDS.load(name)
    world = cls(cls.Config(**SMALL[name]))
    env = world.open_env(32)
    rows = play_episode(env, 0, 0)
    env.close()
    assert rows and {column for row in rows for column in row} <= cls.columns.keys()
    path = tmp_path / "data" / "00000.parquet"
    write_shard(path, cls.columns, rows)
    manifest = Manifest(name, {"image_size": 32})
    manifest.shards[path.name] = {"rows": len(rows), "sha256": checksum(path)}
    manifest.write(tmp_path)
    dataset = Dataset.open(tmp_path)
    assert list(dataset.columns) == list(cls.columns)
    for column in image_columns(cls.columns):
        same = is_image if cls.columns[column] == IMAGE else is_images
        assert same(dataset.columns[column])
    frames = dataset.cache()
    assert frames.frames.shape[1:] == (32, 32, 3) and "split" in frames.rows
    assert cls.describe(dataset)
    clips = list(cls.clips(dataset.table().to_pylist(), manifest.settings))
    assert clips and all(clip.labels["split"] for clip in clips)
    assert any(clip.frames for clip in clips) and cls.clips_are


def test_facts_of_the_worlds_are_those_of_their_envs():
    from embodied_ssl_envs.objects.folders import SCALES
    from embodied_ssl_envs.objects.sources import CONTENTS
    from embodied_ssl_envs.turntable.orbit_views import OrbitViews
    from embodied_ssl_envs.turntable.randomized_views import RandomizedViews

    assert RandomizedViews.MOST_AZIMUTHS == turntable.MOST_AZIMUTHS
    assert turntable.Turntable.Config(orbit=True, azimuths=OrbitViews.MOST_AZIMUTHS)
    assert (objects.SCALES, objects.CONTENTS) == (SCALES, CONTENTS)


def test_facts_of_the_tabletop_are_those_of_its_env():
    from embodied_ssl_envs.simulation import TIME_STEP
    from embodied_ssl_envs.tabletop.actions import Interaction, action_space

    assert np.isclose(tabletop.TIME_STEP, TIME_STEP)
    assert action_space()["angle"].n == tabletop.GRASP_ANGLES
    assert set(tabletop.INTERACTIONS) == {each.name.lower() for each in Interaction}
