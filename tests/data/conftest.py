"""Sequences of frames with poses, in both layouts."""

import cv2
import numpy as np
import pytest


@pytest.fixture
def poses():
    """A camera that drives ahead by 10 cm a frame: count -> (count, 4, 4)."""

    def of(count):
        matrices = np.tile(np.eye(4), (count, 1, 1))
        matrices[:, 2, 3] = 0.1 * np.arange(count)
        return matrices

    return of


@pytest.fixture
def write_frames():
    """Write so many numbered frames, each of one shade, into a folder of their own."""

    def write(folder, count, pattern):
        folder.mkdir(parents=True)
        for number in range(count):
            image = np.full((48, 64, 3), 10 * number, np.uint8)
            cv2.imwrite(str(folder / pattern.format(number)), image)
        return folder

    return write


@pytest.fixture
def kitti(tmp_path, write_frames, poses):
    """A folder with one sequence in the layout of KITTI odometry."""
    folder = write_frames(tmp_path / "road" / "00", 12, "{:06d}.png")
    np.savetxt(folder / "poses.txt", poses(12)[:, :3].reshape(12, 12))
    return tmp_path


@pytest.fixture
def scenes(tmp_path, write_frames, poses):
    """A folder with one sequence in the layout of 7-Scenes."""
    folder = write_frames(tmp_path / "office" / "seq-01", 12, "frame-{:06d}.color.png")
    for number, matrix in enumerate(poses(12)):
        np.savetxt(folder / f"frame-{number:06d}.pose.txt", matrix)
        cv2.imwrite(str(folder / f"frame-{number:06d}.depth.png"), np.zeros((48, 64), np.uint8))
    return tmp_path
