"""Sequences of others: both layouts, and what can be wrong with them."""

import cv2
import numpy as np
import pytest

from embodied_ssl.checkpoint import newest
from embodied_ssl.data.video import VideoFolder, numbered_frames
from embodied_ssl.errors import UserError
from embodied_ssl.methods.drlim import DrLIM
from embodied_ssl.motion import mine_pairs
from embodied_ssl.train import TrainConfig, TrunkConfig, run_train


def poses(count):
    """A camera that drives ahead by 10 cm a frame."""
    matrices = np.tile(np.eye(4), (count, 1, 1))
    matrices[:, 2, 3] = 0.1 * np.arange(count)
    return matrices


def write_frames(folder, count, pattern):
    folder.mkdir(parents=True)
    for number in range(count):
        image = np.full((48, 64, 3), 10 * number, np.uint8)
        cv2.imwrite(str(folder / pattern.format(number)), image)
    return folder


@pytest.fixture
def kitti(tmp_path):
    folder = write_frames(tmp_path / "road" / "00", 12, "{:06d}.png")
    np.savetxt(folder / "poses.txt", poses(12)[:, :3].reshape(12, 12))
    return tmp_path


@pytest.fixture
def scenes(tmp_path):
    folder = write_frames(tmp_path / "office" / "seq-01", 12, "frame-{:06d}.color.png")
    for number, matrix in enumerate(poses(12)):
        np.savetxt(folder / f"frame-{number:06d}.pose.txt", matrix)
        cv2.imwrite(str(folder / f"frame-{number:06d}.depth.png"), np.zeros((48, 64), np.uint8))
    return tmp_path


@pytest.mark.parametrize("layout", ["kitti", "scenes"])
def test_both_layouts_give_frames_and_poses(layout, request):
    video = VideoFolder.open(f"folder-video:{request.getfixturevalue(layout)}", image_size=32)
    cache = video.cache()
    assert cache.frames.shape == (12, 32, 32, 3)
    assert cache.frames[3].mean() == 30
    np.testing.assert_allclose(cache.rows["pose"].reshape(-1, 4, 4), poses(12), atol=1e-6)
    assert set(cache.rows["kind"]) == {"road" if layout == "kitti" else "office"}
    pairs = mine_pairs(cache, "train", seconds=0.3)
    assert set(pairs.motion[:, 0].round(3)) == {np.float32(x) for x in (0.1, 0.2, 0.3)}


def test_it_can_be_trained_on(kitti, tmp_path):
    config = TrainConfig(
        data=(f"folder-video:{kitti}",),
        out=tmp_path / "run",
        trunk=TrunkConfig(width=0.1, fc_dim=16),
        images=32,
        batch_size=4,
        train_size=32,
        precision="fp32",
    )
    run_train(config, "drlim", DrLIM.Config(patterns=2))
    assert newest(config.out)
    run_train(config, "drlim", DrLIM.Config(patterns=2))  # the same command does nothing more


def test_the_fingerprint_follows_the_files(kitti):
    before = VideoFolder.open(f"folder-video:{kitti}").fingerprint
    assert VideoFolder.open(f"folder-video:{kitti}").fingerprint == before
    (kitti / "road" / "00" / "poses.txt").touch()
    assert VideoFolder.open(f"folder-video:{kitti}").fingerprint != before


def test_frames_are_in_the_order_of_their_numbers(tmp_path):
    folder = write_frames(tmp_path / "a", 12, "{}.png")
    assert [file.stem for file in numbered_frames(folder)] == [str(n) for n in range(12)]


def without(name):
    return lambda folder: (folder / name).unlink()


def rewritten(change):
    def spoil(folder):
        rows = np.loadtxt(folder / "poses.txt")
        np.savetxt(folder / "poses.txt", change(rows))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without("poses.txt"), r"000000\.pose\.txt is missing"),
        (without("000004.png"), "no frame 4"),
        (without("000011.png"), "12 poses for 11 frames"),
        (rewritten(lambda rows: rows[:, :10]), "rows of 10 numbers"),
        (rewritten(lambda rows: rows * 3), "no rigid motions"),
        (rewritten(lambda rows: rows * np.nan), "not finite"),
        (lambda folder: (folder / "poses.txt").write_text("a b"), "no number"),
        (lambda folder: (folder / "x000004.jpg").write_bytes(b""), "frame 4 twice"),
    ],
)
def test_a_sequence_that_is_not_whole_is_said(kitti, spoil, said):
    spoil(kitti / "road" / "00")
    with pytest.raises(UserError, match=said):
        VideoFolder.open(f"folder-video:{kitti}")


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(UserError, match="no folder"):
        VideoFolder.open(f"folder-video:{tmp_path / 'nowhere'}")
    with pytest.raises(UserError, match="no numbered frames"):
        VideoFolder.open(f"folder-video:{tmp_path}")
