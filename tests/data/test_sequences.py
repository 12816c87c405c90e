"""One sequence of frames and poses, and everything that can be wrong with it."""

import os
from contextlib import nullcontext

import numpy as np
import pytest

from embodied_ssl.data.sequences import numbered_frames
from embodied_ssl.data.video import VideoFolder
from embodied_ssl.errors import UserError


def test_frames_are_in_the_order_of_their_numbers(write_frames, tmp_path):
    folder = write_frames(tmp_path / "a", 12, "{}.png")
    assert [file.stem for file in numbered_frames(folder)] == [str(n) for n in range(12)]


def without(name):
    return lambda folder: (folder / name).unlink()


def written(name, text):
    return lambda folder: (folder / name).write_text(text)


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
        (rewritten(lambda rows: rows * np.nan), "has no frame with a pose"),
        (rewritten(lambda rows: rows * 1e300), "no rigid motions"),
        (rewritten(lambda rows: rows * np.tile([1, 1, -1, 1], 3)), "no rigid motions"),
        (rewritten(lambda rows: rows + np.eye(1, 12, 3) * 1e300), "no rigid motions"),
        (rewritten(lambda rows: np.hstack([rows, rows[:, :4]])), "no rigid motions"),
        (written("poses.txt", "a b"), r"poses\.txt holds something that is no number"),
        (written("poses.txt", ""), r"poses\.txt is empty"),
        (written("times.txt", "0\n1\n2"), r"times\.txt has 3 times for 12 frames"),
        (written("times.txt", "0 " * 12), r"times\.txt must increase: 0 s follows 0 s"),
        (written("times.txt", "noon\n" * 12), r"times\.txt holds something that is no number"),
        (written("times.txt", "nan\n" * 12), r"times\.txt holds a number that is not finite"),
        (lambda folder: (folder / "x000004.jpg").write_bytes(b""), "frame 4 twice"),
    ],
)
def test_a_sequence_that_is_not_whole_is_said(kitti, spoil, said):
    spoil(kitti / "road" / "00")
    with pytest.raises(UserError, match=said):
        VideoFolder.open(f"folder-video:{kitti}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 " * 16, "is no 4 x 4"),
        ("1 0 0 0\n0 1 0", "rows of unequal length"),
    ],
)
def test_a_pose_that_is_none_is_named(scenes, text, said):
    (scenes / "office" / "seq-01" / "frame-000003.pose.txt").write_text(text)
    with pytest.raises(UserError, match=rf"frame-000003\.pose\.txt .*{said}"):
        VideoFolder.open(f"folder-video:{scenes}")


@pytest.mark.parametrize("layout", ["kitti", "scenes"])
@pytest.mark.parametrize("lost", ["-inf", "nan", "inf"])
def test_frames_whose_pose_was_lost_are_left_out_and_counted(layout, lost, request, capsys):
    path = request.getfixturevalue(layout)
    if layout == "kitti":
        poses = np.loadtxt(path / "road" / "00" / "poses.txt")
        poses[[3, 7]] = float(lost)
        np.savetxt(path / "road" / "00" / "poses.txt", poses)
    else:
        for number in (3, 7):
            file = path / "office" / "seq-01" / f"frame-{number:06d}.pose.txt"
            file.write_text("\n".join([f"{lost} {lost} {lost} {lost}"] * 4))
    video = VideoFolder.open(f"folder-video:{path}", image_size=32)
    assert "2 of 12 frames are left out" in capsys.readouterr().err
    cache = video.cache()
    kept = [0, 1, 2, 4, 5, 6, 8, 9, 10, 11]
    assert cache.rows["step"].tolist() == kept
    assert [int(frame.mean()) // 10 for frame in cache.frames] == kept
    assert np.isfinite(cache.rows["pose"]).all()
    rate = 10 if layout == "kitti" else 30
    np.testing.assert_allclose(cache.rows["time"], np.array(kept) / rate, atol=1e-6)


def test_hidden_files_and_folders_are_no_frames(kitti):
    folder = kitti / "road" / "00"
    (folder / "._000004.png").write_bytes(b"AppleDouble")
    (kitti / ".Trash").mkdir()
    (kitti / ".Trash" / "000000.png").write_bytes(b"")
    (sequence,) = VideoFolder.open(f"folder-video:{kitti}").sequences
    assert len(sequence.frames) == 12


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", ["000004.png", "poses.txt", "times.txt"])
def test_a_named_pipe_is_not_waited_for(kitti, name):
    (kitti / "road" / "00" / name).unlink(missing_ok=True)
    os.mkfifo(kitti / "road" / "00" / name)
    with pytest.raises(UserError, match="no plain file"):
        VideoFolder.open(f"folder-video:{kitti}")


@pytest.mark.parametrize("name", ["\u0663\u0664.png", "9" * 30 + ".png"])
def test_numbers_of_any_writing_break_nothing(kitti, name):
    (kitti / "road" / "00" / name).write_bytes(b"")
    with pytest.raises(UserError, match=r"no frame|twice") if name[0] == "9" else nullcontext():
        VideoFolder.open(f"folder-video:{kitti}")
