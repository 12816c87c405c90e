"""Maps of trajectories: the right way up, whatever the axes of the world."""

import numpy as np
import pytest

from embodied_ssl.trajectories import from_above, mapped, rounded


def poses(places, headings, tilt=0.0, world=None):
    """Cameras in a world with z up, or turned into another; headings counter-clockwise from x."""
    found = np.tile(np.eye(4), (len(places), 1, 1))
    for pose, (x, y), heading in zip(found, places, headings, strict=True):
        cos, sin = np.cos(heading), np.sin(heading)
        right, up = np.array([sin, -cos, 0]), np.array([0, 0, 1])
        ahead = np.array([cos, sin, 0]) * np.cos(tilt) + up * np.sin(tilt)
        pose[:3] = np.stack([right, np.cross(ahead, right), ahead, (x, y, 1.1)], axis=1)
    return found if world is None else world @ found


def other_world():
    """Some turn and shift."""
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    world = np.eye(4)
    world[:3, :3] = turn * np.linalg.det(turn)
    world[:3, 3] = 4, -2, 7
    return world


@pytest.mark.parametrize("world", [None, other_world()], ids=["z up", "any axes"])
def test_driving_ahead_and_then_to_the_left(world):
    places, headings = [(1, 1), (1, 3), (1, 3), (0, 3)], np.radians([90, 90, 180, 180])
    trajectory = from_above(poses(places, headings, tilt=-0.2, world=world))
    np.testing.assert_allclose(trajectory.place, [0, 2j, 2j, -1 + 2j], atol=1e-6)
    np.testing.assert_allclose(trajectory.look, [1j, 1j, -1, -1], atol=1e-6)
    assert trajectory.metres == pytest.approx(3)
    assert trajectory.extent == pytest.approx(2)


def test_driving_straight_goes_up():
    trajectory = from_above(poses([(0, 0), (1, 1), (2, 2)], [np.pi / 4] * 3, tilt=-0.2))
    np.testing.assert_allclose(trajectory.place, np.arange(3) * 2**0.5 * 1j, atol=1e-6)


@pytest.mark.parametrize("count", [1, 4])
def test_a_camera_that_stands_still_is_a_point(count):
    trajectory = from_above(poses([(2, 3)] * count, [0.3] * count))
    np.testing.assert_allclose(trajectory.place, 0, atol=1e-9)
    assert trajectory.metres == trajectory.extent == 0
    found = mapped(trajectory, np.array([0]), np.array([], int), trajectory.extent)
    assert found["way"] == [(50, 50)] * count


def test_ahead_is_up_on_the_map_and_left_is_left():
    trajectory = from_above(poses([(0, 0), (2, 0), (2, 2)], np.radians([0, 0, 90])))
    found = mapped(trajectory, np.array([0]), np.array([2]), widest=4)
    start, corner, end = found["way"]
    assert start[1] > corner[1] and start[0] == corner[0]
    assert end[0] < corner[0] and end[1] == corner[1]
    assert found["bumps"] == [end]
    tip = found["marks"][0][0]
    assert tip[0] == start[0] and tip[1] < start[1]
    assert found["metres"] == "2 m"
    assert found["bar"] == pytest.approx(start[1] - corner[1], abs=0.1)


@pytest.mark.parametrize(
    ("length", "expected"), [(1, 1), (1.9, 1), (4.99, 2), (73, 50), (0.7, 0.5), (0.2, 0.2)]
)
def test_bars_have_round_lengths(length, expected):
    assert rounded(length) == pytest.approx(expected)
