"""Recordings of Rerun, read back by its own reader."""

import os
from itertools import pairwise

import numpy as np
import pytest
from rerun.chunk import RrdReader

from embodied_ssl.data import Dataset
from embodied_ssl.data.shards import decode
from embodied_ssl.viewing import recording
from embodied_ssl.worlds.tabletop_clips import FRAME_SECONDS


def read(file):
    """Entity -> component -> values in the order of time, and ``time`` in seconds; static apart."""
    found = {}
    for chunk in RrdReader(file).stream():
        batch = chunk.to_record_batch()
        columns = {name: batch.column(name).to_pylist() for name in batch.schema.names}
        times = columns.pop("time", [None] * batch.num_rows)
        for name, values in columns.items():
            if ":" in name:
                entity = str(chunk.entity_path).replace("\\", "")
                place = found.setdefault(entity, {}).setdefault(name, [])
                told = [t.total_seconds() if t is not None else None for t in times]
                place += [pair for pair in zip(told, values, strict=True) if pair[1] is not None]
    for components in found.values():
        for values in components.values():
            values.sort(key=lambda pair: -1 if pair[0] is None else pair[0])
    return found


def saved(command, data, out, *options):
    status, said, errors = command("view", data, "--save", out, *options)
    assert status == 0 and "wrote" in said, errors
    return read(out)


def values_of(found, entity, component):
    return [value for _, value in found[entity][component]]


def test_forces_and_images_of_a_tabletop(command, tabletop_dir, tmp_path):
    found = saved(command, tabletop_dir, tmp_path / "sub" / "table.rrd", "--limit", 40)
    rows = Dataset.open(tabletop_dir).table().to_pylist()[:40]
    forces = [force for row in rows for force in row["force"] or []]
    stored = found["/plots/force/force"]["Scalars:scalars"]
    np.testing.assert_allclose(np.concatenate([value for _, value in stored]), forces, rtol=1e-6)
    (first, _), (second, _) = stored[:2]
    assert second - first == pytest.approx(1 / 240, rel=1e-3)
    images = values_of(found, "/world/before", "EncodedImage:blob")
    expected = [row["before"]["bytes"] for row in rows if row["before"]]
    assert len(images) == len(expected)
    for image, original in zip(images, expected, strict=True):
        np.testing.assert_array_equal(decode(bytes(image[0])), decode(original))
    texts = [text[0] for text in values_of(found, "/about", "TextDocument:text")]
    assert len(texts) == 40 and rows[3]["object"]["instance"] in texts[3]
    begins = [time for time, _ in found["/about"]["TextDocument:text"]]
    assert all(after - before >= FRAME_SECONDS for before, after in pairwise(begins))
    arrows = found["/world/before/arrows"]["Arrows2D:vectors"]
    assert len(arrows) == sum(row["push"] is not None for row in rows)


def test_poses_of_rooms(command, rooms_dir, tmp_path):
    found = saved(command, rooms_dir, tmp_path / "rooms.rrd", "--limit", 2)
    rows = Dataset.open(rooms_dir).table().to_pylist()[:96]
    poses = np.reshape([row["pose"] for row in rows], (-1, 4, 4))
    moved = values_of(found, "/world/camera", "Transform3D:translation")
    np.testing.assert_allclose(np.concatenate(moved), poses[:, :3, 3], atol=1e-6)
    turned = np.reshape(values_of(found, "/world/camera", "Transform3D:mat3x3"), (-1, 3, 3))
    np.testing.assert_allclose(turned.swapaxes(1, 2), poses[:, :3, :3], atol=1e-6)  # by columns
    lens = np.reshape(values_of(found, "/world/camera", "Pinhole:image_from_camera"), (-1, 3, 3))
    np.testing.assert_allclose(lens[0].T[0, 0], 32 / np.tan(np.radians(32)), rtol=1e-6)
    times = [time for time, _ in found["/world/camera"]["EncodedImage:blob"]]
    np.testing.assert_allclose(times[:48], np.arange(48) / 10, atol=1e-6)
    speed = np.concatenate(values_of(found, "/plots/speed ahead/asked for", "Scalars:scalars"))
    np.testing.assert_allclose(speed, [row["action"][0] for row in rows], rtol=1e-6)
    assert RrdReader(tmp_path / "rooms.rrd").blueprints()


def test_depth_where_it_is_stored(turntable_dir, tmp_path, monkeypatch):
    from embodied_ssl.worlds.episode_clips import episode_clips
    from embodied_ssl.worlds.turntable import Turntable

    def with_depth(rows, settings):
        deep = np.arange(16, dtype=float).tolist()
        return episode_clips([row | {"depth": deep, "joints": [row["step"], 1]} for row in rows])

    monkeypatch.setattr(Turntable, "clips", with_depth)
    recording.save_recording(Dataset.open(turntable_dir), tmp_path / "deep.rrd", 2)
    found = read(tmp_path / "deep.rrd")
    stored = np.frombuffer(
        bytes(values_of(found, "/world/image/depth", "DepthImage:buffer")[0][0]), np.float32
    )
    assert stored.tolist() == list(range(16))
    assert "/plots/joints/joints 0" in found


def test_what_is_refused(command, tabletop_dir, tmp_path, monkeypatch):
    def refused(said, *options):
        status, output, errors = command("view", tabletop_dir, *options)
        assert status == 2 and not output and said in errors
        assert errors.splitlines()[-1].startswith("error: ") and errors.count("\n") <= 2

    refused("choose one", "--html", tmp_path / "out", "--save", tmp_path / "x.rrd")
    refused("is a folder", "--save", tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    refused("write a recording with --save")
    monkeypatch.setattr("embodied_ssl.viewing.recording.log_frame", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        recording.save_recording(Dataset.open(tabletop_dir), tmp_path / "x.rrd")
    assert not os.listdir(tmp_path)
    monkeypatch.setattr("embodied_ssl.viewing.command.find_spec", lambda name: None)
    refused("pip install 'embodied-ssl[view]'", "--save", tmp_path / "x.rrd")
