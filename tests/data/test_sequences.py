"""One sequence of frames and poses, and everything that can be wrong with it."""

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
        (rewritten(lambda rows: rows * np.nan), "not finite"),
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
        ("\n".join(["-inf nan 0 0"] * 4), "not finite"),
        ("1 0 0 0\n0 1 0", "rows of unequal length"),
    ],
)
def test_a_pose_that_was_lost_is_named(scenes, text, said):
    (scenes / "office" / "seq-01" / "frame-000003.pose.txt").write_text(text)
    with pytest.raises(UserError, match=rf"frame-000003\.pose\.txt .*{said}"):
        VideoFolder.open(f"folder-video:{scenes}")
