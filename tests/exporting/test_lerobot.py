"""The files of a LeRobotDataset, read without lerobot (``scripts/check_lerobot`` reads by it)."""

import io
import json
import math
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from embodied_ssl.data import Dataset
from embodied_ssl.data.shards import decode
from embodied_ssl.exporting import lerobot, lerobot_meta
from embodied_ssl.exporting.lerobot_columns import plain_columns
from embodied_ssl.exporting.lerobot_stats import stats_of

KEY = "observation.images."
names = pytest.mark.parametrize("name", ["tabletop", "turntable", "rooms", "masked"])


@pytest.fixture(scope="module")
def export(request, tmp_path_factory):
    """Export a dataset to files of a megabyte, once: its folder, that of the export, what info.json
    says, and the frames."""

    @cache
    def write(name):
        folder, out = request.getfixturevalue(f"{name}_dir"), tmp_path_factory.mktemp(name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lerobot, "LARGEST", 1)
            counts = lerobot.write_lerobot(Dataset.open(folder), out)
        files = sorted((out / "data").rglob("*.parquet"))
        assert counts["data files"] == len(files)
        frames = pa.concat_tables(map(pq.read_table, files)).to_pylist()
        return folder, out, json.loads((out / "meta" / "info.json").read_text()), frames

    return write


def as_lerobot_has_it(value, stored, length):
    if length > 1:
        padded = [*(value or []), *[math.nan] * length][:length]
        return np.array_equal(padded, stored, equal_nan=True)
    if value is None:
        return stored in (-1, "") or math.isnan(stored)
    return (value[0] if isinstance(value, list) else value) == stored


@names
def test_every_frame_has_what_its_row_has(name, export, stored):
    folder, _, info, frames = export(name)
    rows, images = stored(folder)
    assert sorted(frame["row"] for frame in frames) == list(range(len(rows)))
    assert [frame["index"] for frame in frames] == list(range(info["total_frames"]))
    for frame in frames:
        row, there = rows[frame["row"]], images[frame["row"]]
        assert set(frame) == set(info["features"])
        for key in (key for key in frame if key.startswith(KEY)):
            column, data = key.removeprefix(KEY), frame[key]["bytes"]
            assert Image.open(io.BytesIO(data)).size[::-1] == tuple(
                info["features"][key]["shape"][:2]
            )
            assert frame.get(f"has_{column}", True) == (column in there)
            assert data == there[column] if column in there else not decode(data).any()
        parts = row.get("object") or {}
        values = {**row, **{f"object.{part}": value for part, value in parts.items()}}
        for column in values.keys() & info["features"].keys():
            length = info["features"][column]["shape"][0]
            assert as_lerobot_has_it(values[column], frame[column], length), column
    assert not [key for key in frames[0] if key.endswith(("_mask", "_objects"))]


@names
def test_episodes_are_whole_and_splits_are_ranges(name, export):
    _, out, info, frames = export(name)
    episodes = pq.read_table(out / "meta" / "episodes").to_pylist()
    tasks = pd.read_parquet(out / "meta" / "tasks.parquet")
    assert len(episodes) == info["total_episodes"] and len(tasks) == info["total_tasks"]
    assert [episode["episode_index"] for episode in episodes] == list(range(len(episodes)))
    ends = 0
    for episode in episodes:
        assert episode["dataset_from_index"] == ends
        ends = episode["dataset_to_index"]
        ours = frames[episode["dataset_from_index"] : ends]
        assert episode["length"] == len(ours) == len({frame["step"] for frame in ours})
        assert [frame["frame_index"] for frame in ours] == list(range(len(ours)))
        assert len({(frame["episode"], frame["split"]) for frame in ours}) == 1
        place = {name: episode[f"data/{name}"] for name in ("chunk_index", "file_index")}
        file = pq.read_table(out / info["data_path"].format(**place))
        assert episode["episode_index"] in file["episode_index"].to_pylist()
        assert {tasks.index[frame["task_index"]] for frame in ours} == set(episode["tasks"])
    assert ends == len(frames)
    for split, told in info["splits"].items():
        first, last = map(int, told.split(":"))
        assert {episode["split"] for episode in episodes[first:last]} == {split}
    assert info["splits"].keys() == {frame["split"] for frame in frames}


def test_the_clock_of_the_rooms_is_kept(export):
    _, _, info, frames = export("rooms")
    assert info["fps"] == 10
    assert [frame["timestamp"] for frame in frames] == [frame["time"] for frame in frames]
    assert [len(info["features"][name]["shape"]) for name in ("action", "pose")] == [1, 1]


def test_statistics_are_exact(export):
    _, out, _, frames = export("tabletop")
    stats = json.loads((out / "meta" / "stats.json").read_text())
    there = [f for f in frames if f["has_after"]]
    pixels = np.stack([decode(f[f"{KEY}after"]["bytes"]) for f in there]).reshape(-1, 3) / 255
    told = stats[f"{KEY}after"]
    assert told["count"] == [len(there)]
    for name, ours in (("mean", pixels.mean(axis=0)), ("std", pixels.std(axis=0))):
        assert np.allclose(np.ravel(told[name]), ours, atol=1e-9) and np.shape(told[name]) == (
            3,
            1,
            1,
        )
    for name, q in (("min", 0), ("max", 1), ("q10", 0.1), ("q50", 0.5)):
        ours = np.quantile(pixels, q, axis=0, method="lower")
        assert np.allclose(np.ravel(told[name]), ours), name
    slopes = np.array([f["slope"] for f in frames])
    slopes = slopes[np.isfinite(slopes)]
    assert np.allclose(stats["slope"]["q90"], np.quantile(slopes, 0.9))
    assert stats["slope"]["count"] == [len(slopes)] and "interaction" not in stats
    episodes = pq.read_table(out / "meta" / "episodes").to_pylist()
    ours = [f["angle"] for f in frames[: episodes[0]["length"]]]
    assert np.allclose(episodes[0]["stats/angle/mean"], np.mean(ours))


def test_numbers_that_are_not_there_do_not_count():
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(50, 3))
    numbers[rng.random(50) < 0.4, 0] = np.nan
    numbers[:, 2] = np.nan
    told = stats_of(numbers)
    for column in (0, 1):
        there = numbers[:, column][np.isfinite(numbers[:, column])]
        assert np.isclose(told["mean"][column], there.mean())
        assert np.isclose(told["std"][column], there.std())
        assert np.isclose(told["q01"][column], np.quantile(there, 0.01))
        assert told["max"][column] == there.max()
    assert all(values[2] == 0 for name, values in told.items() if name != "count")


def test_a_column_that_has_no_place_is_named():
    with pytest.raises(Exception, match=r"'blob' of binary has no place in the format lerobot"):
        plain_columns(pa.table({"blob": [b"1"]}))


def test_a_file_ends_where_it_is_large_enough(export):
    _, out, *_ = export("tabletop")
    sizes = [path.stat().st_size for path in sorted((out / "data").rglob("*.parquet"))]
    assert len(sizes) > 1 and lerobot_meta.place_of(1001) == {"chunk_index": 1, "file_index": 1}
