"""Sequences of others: both layouts, and what can be wrong with them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embodied_ssl.data.video import VideoFolder
from embodied_ssl.errors import UserError
from embodied_ssl.methods.motion.drlim import DrLIM
from embodied_ssl.motion import mine_pairs
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train


@pytest.mark.parametrize("layout", ["kitti", "scenes"])
def test_both_layouts_give_frames_and_poses(layout, request, poses):
    video = VideoFolder.open(f"folder-video:{request.getfixturevalue(layout)}", image_size=32)
    cache = video.cache()
    assert cache.frames.shape == (12, 32, 32, 3)
    assert cache.frames[3].mean() == 30
    np.testing.assert_allclose(cache.rows["pose"].reshape(-1, 4, 4), poses(12), atol=1e-6)
    assert isinstance(cache.frames, np.memmap)
    assert set(cache.rows["kind"]) == {"road" if layout == "kitti" else "office"}
    rate = 10 if layout == "kitti" else 30
    np.testing.assert_allclose(cache.rows["time"], np.arange(12) / rate, atol=1e-6)
    pairs = mine_pairs(cache, "train", seconds=0.3)
    gaps = range(1, 1 + 3 * rate // 10)
    assert set(pairs.motion[:, 0].round(3)) == {np.float32(gap / 10) for gap in gaps}


@pytest.mark.parametrize("layout", ["kitti", "scenes"])
def test_times_say_when_frames_were_taken(layout, request):
    path = request.getfixturevalue(layout)
    (folder,) = {file.parent for file in path.rglob("*.png")}
    (folder / "times.txt").write_text("".join(f"{5 + 0.25 * n:e}\n" for n in range(12)))
    cache = VideoFolder.open(f"folder-video:{path}", image_size=32).cache()
    np.testing.assert_array_equal(cache.rows["time"], np.float32(0.25 * np.arange(12)))
    pairs = mine_pairs(cache, "train", seconds=0.5)
    assert set(pairs.second - pairs.first) == {1, 2}
    with pytest.raises(UserError, match=r"at most 0\.2 s apart"):
        mine_pairs(cache, "train", seconds=0.2)


def test_every_sequence_begins_at_zero(kitti, write_frames, poses):
    folder = write_frames(kitti / "road" / "01", 5, "{:06d}.png")
    np.savetxt(folder / "poses.txt", poses(5)[:, :3].reshape(5, 12))
    rows = VideoFolder.open(f"folder-video:{kitti}", image_size=32).cache().rows
    np.testing.assert_array_equal(rows["episode"], [0] * 12 + [1] * 5)
    for name in ("step", "time"):
        np.testing.assert_array_equal(rows[name][12:], rows[name][:5])
    assert set(rows["instance"]) == {"road/00", "road/01"}
    assert len({(e, s) for e, s in zip(rows["episode"], rows["split"], strict=True)}) == 2


def test_it_can_be_trained_on(few_steps, kitti, tmp_path):
    config = few_steps(f"folder-video:{kitti}", out=tmp_path / "run", batch_size=4, train_size=32)
    run_train(config, "drlim", DrLIM.Config(patterns=2))
    assert newest(config.out)
    run_train(config, "drlim", DrLIM.Config(patterns=2))  # the same command does nothing more


def test_a_cache_of_what_cannot_be_written_is_kept_elsewhere(kitti, tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(home))
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # whoever runs this may be root
    cache = VideoFolder.open(f"folder-video:{kitti}", image_size=32).cache()
    assert home in Path(cache.frames.filename).parents
    assert not (kitti / ".cache").exists()


def test_a_truncated_image_is_named(kitti):
    file = kitti / "road" / "00" / "000007.png"
    whole = file.read_bytes()
    for length in (0, 20, 60, len(whole) // 2):
        file.write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"000007\.png is no image"):
            VideoFolder.open(f"folder-video:{kitti}", image_size=32).cache()
    assert not list((kitti / ".cache").glob("*frames-*"))


def test_a_cache_killed_half_way_is_made_again(kitti):
    script = f"""
import time
from embodied_ssl.data import decoded, video
decoded.AT_ONCE = 4
read = video.read_photo
def slowly(file, size):
    if "000009" in file.name:
        print("half-way", flush=True)
        time.sleep(60)
    return read(file, size)
video.read_photo = slowly
video.VideoFolder.open("folder-video:{kitti}", image_size=32).cache()
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()
        process.kill()
    (draft,) = (kitti / ".cache").glob(".frames-*")
    video = VideoFolder.open(f"folder-video:{kitti}", image_size=32)
    frames = video.cache().frames
    assert [int(frame.mean()) for frame in frames] == [10 * number for number in range(12)]
    assert not draft.exists()
    made = Path(frames.filename).stat().st_mtime_ns
    assert Path(video.cache().frames.filename).stat().st_mtime_ns == made


def test_the_fingerprint_follows_the_files(kitti):
    before = VideoFolder.open(f"folder-video:{kitti}").fingerprint
    VideoFolder.open(f"folder-video:{kitti / 'road' / '00'}").cache()
    assert VideoFolder.open(f"folder-video:{kitti}").fingerprint == before
    (kitti / "road" / "00" / "poses.txt").touch()
    assert VideoFolder.open(f"folder-video:{kitti}").fingerprint != before


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(UserError, match="no folder"):
        VideoFolder.open(f"folder-video:{tmp_path / 'nowhere'}")
    with pytest.raises(UserError, match="no numbered frames"):
        VideoFolder.open(f"folder-video:{tmp_path}")
