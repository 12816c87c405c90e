"""Reading a dataset: its columns are those of its files, whatever world they come from."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from embodied_ssl.data import Dataset, open_labelled
from embodied_ssl.data.rows import Rows
from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.worlds import WORLDS


@pytest.fixture
def copy(turntable_dir, tmp_path):
    """A dataset of views that a test may spoil."""
    ignored = shutil.ignore_patterns(".cache")
    return shutil.copytree(turntable_dir, tmp_path / "copy", ignore=ignored)


def change_shards(folder, change):
    """Write every shard anew, and its checksum."""
    from embodied_ssl.files import checksum

    manifest = json.loads((folder / "dataset.json").read_text())
    for shard in sorted((folder / "data").iterdir()):
        pq.write_table(change(pq.read_table(shard)), shard)
        manifest["shards"][shard.name]["sha256"] = checksum(shard)
    (folder / "dataset.json").write_text(json.dumps(manifest))


def test_a_newer_schema_is_refused(copy):
    path = copy / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(UserError, match="99, newer"):
        Dataset.open(copy)


def test_a_column_that_older_rows_lack_is_named(copy):
    tables = iter([lambda table: table, lambda table: table.drop_columns(["azimuth"])])
    change_shards(copy, lambda table: next(tables)(table))
    with pytest.raises(
        UserError, match=r"00001\.parquet has no column 'azimuth'.*collect it again"
    ):
        Dataset.open(copy).table(["step", "azimuth"])


def test_a_column_that_no_row_has_is_named(copy):
    change_shards(copy, lambda table: table.drop_columns(["azimuth"]))
    rows = Dataset.open(copy).cache().rows
    assert "elevation" in rows and "azimuth" not in rows
    with pytest.raises(UserError, match="no column 'azimuth'"):
        rows["azimuth"]


@pytest.mark.parametrize("name", ["tabletop", "turntable", "rooms"])
def test_the_columns_are_those_of_the_file(name, request):
    dataset = Dataset.open(request.getfixturevalue(f"{name}_dir"))
    world = WORLDS.load(name)
    assert list(dataset.columns) == list(world(world.Config(depth=True)).columns)


def test_columns_of_a_damaged_shard_are_not_read(copy):
    dataset = Dataset.open(copy)
    dataset.files[0].write_bytes(dataset.files[0].read_bytes()[:-9])
    with pytest.raises(UserError, match=r"00000\.parquet is damaged"):
        _ = dataset.columns


@pytest.mark.parametrize("env", ["turntable", "somebody:Else"])
def test_views_are_known_by_their_columns(copy, env):
    path = copy / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"env": env}))
    assert len(open_labelled(str(copy)).images) == 72
    assert len(TurntableViews.open(str(copy)).images) == 72


def test_a_dataset_without_labels_says_so(tabletop_dir):
    with pytest.raises(UserError, match="has no labels"):
        open_labelled(str(tabletop_dir))
    with pytest.raises(UserError, match="holds no views"):
        TurntableViews.open(str(tabletop_dir))


def test_the_category_is_found_under_either_name(tabletop_dir, copy):
    rows = Dataset.open(tabletop_dir).cache().rows
    assert rows["object.category"] is rows["object.kind"]
    before = Dataset.open(copy).cache().rows["category"]
    assert set(before) == {"mug", "bowl", "box", "book"}
    names = {"kind": "category"}
    change_shards(copy, lambda t: t.rename_columns([names.get(n, n) for n in t.column_names]))
    rows = Dataset.open(copy).cache().rows
    assert "kind" not in rows
    np.testing.assert_array_equal(rows["category"], before)


def test_rows_name_what_they_lack():
    rows = Rows(kind=np.zeros(2))
    assert rows["category"] is rows["kind"]
    for name in ("object.category", "pose", "a.b"):
        with pytest.raises(UserError, match=name):
            rows[name]
