"""``collect --depth``: how far away everything is, beside the images, and nothing else changes."""

import numpy as np
import pyarrow.parquet as pq
import pytest

import embodied_ssl as essl
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import read_manifest
from embodied_ssl.data.schema import IMAGE, is_annotation
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.worlds import WORLDS
from embodied_ssl.worlds.added_columns import CAMERA
from embodied_ssl_envs.frames import FARTHEST, Frame


def test_only_depth_is_added(name, played):
    world, plain = played(name)
    deep_world, deep = played(name, depth=True)
    assert "depth" not in world.env_settings() and deep_world.env_settings()["depth"]
    images = [column for column, type_ in world.columns.items() if type_ == IMAGE]
    deep_images = {f"{column}_depth" for column in images}
    added = deep_images | (CAMERA.keys() if name == "turntable" else set())
    assert deep_world.columns.keys() - world.columns.keys() == added <= deep_world.meanings.keys()
    assert all(map(is_annotation, deep_images))
    for before, after in zip(plain, deep, strict=True):
        rest = {column: value for column, value in after.items() if column not in added}
        assert before.keys() == rest.keys()
        assert all(np.array_equal(rest[c], v) for c, v in before.items() if c != "object")
        assert {f"{c}_depth" for c in images if c in before} == after.keys() & deep_images
        assert after.keys() - deep_images - before.keys() == added - deep_images


def test_depth_is_in_fifths_of_a_millimetre_and_ends():
    depth = np.array([[0.5, 1.00004], [FARTHEST, FARTHEST + 0.001]], np.float32)
    frame = Frame(np.zeros((2, 2, 3), np.uint8), depth, None, keeps_depth=True)
    assert frame.columns("image")["image_depth"].tolist() == [[2500, 5000], [65535, 0]]
    assert frame.columns("image")["image_depth"].dtype == np.uint16


@pytest.fixture(scope="module")
def deep_dir(tmp_path_factory):
    config = CollectConfig("tabletop", tmp_path_factory.mktemp("deep") / "data", image_size=48)
    run_collect(config, WORLDS.load("tabletop").Config(interactions=4, depth=True))
    return config.out


def test_python_has_it_in_metres(deep_dir):
    data = essl.open_dataset(deep_dir)
    assert not any("depth" in column for column in data.columns)
    depth, there = data.depth("before"), data.has("before")
    assert depth.shape == (4, 48, 48) and depth.dtype == np.float32
    assert there.any() and np.isnan(depth[~there]).all()
    assert (depth[there] > 0.3).all() and (depth[there] < 2).all()  # a camera above a table
    assert essl.open_dataset(deep_dir, 24).depth("wrist").shape == (4, 24, 24)
    with pytest.raises(
        UserError, match="has the depth of overhead, before, after, wrist, not of v"
    ):
        data.depth("views")


def test_depth_without_cameras_is_read_and_never_grows_into_a_mixture(tmp_path):
    """As an older version left it."""
    config = CollectConfig("turntable", tmp_path / "old", image_size=32)
    options = {"val_objects": 1, "test_objects": 1, "azimuths": 1, "depth": True}
    run_collect(config, WORLDS.load("turntable").Config(**options))
    (file,) = Dataset.open(config.out).files
    pq.write_table(pq.read_table(file).drop_columns(list(CAMERA)), file)
    manifest = read_manifest(config.out)
    manifest.shards[file.name]["sha256"] = checksum(file)
    manifest.write(config.out)
    assert np.isfinite(essl.open_dataset(config.out).depth("image")).any()
    more = WORLDS.load("turntable").Config(**options | {"val_objects": 2})
    with pytest.raises(UserError, match="older version, without pose, intrinsics, extents: choose"):
        run_collect(config, more)
    assert checksum(file) == read_manifest(config.out).shards[file.name]["sha256"]


def test_depth_that_was_not_collected_is_one_line(tabletop_of, tmp_path):
    folder = tabletop_of(tmp_path / "plain", 4)
    with pytest.raises(UserError, match="stores no depth: collect it with --depth"):
        essl.open_dataset(folder).depth("before")
    assert not any(name.endswith("_depth") for name in Dataset.open(folder).columns)
