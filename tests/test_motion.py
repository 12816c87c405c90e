"""Motion between frames: analytic cases, what is left out, patterns that stay the same."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.motion import MotionPatterns, in_words, mine_pairs, relative_motion


def pose(x, y, heading):
    """A level camera in a world with z up."""
    cos, sin = np.cos(heading), np.sin(heading)
    matrix = np.eye(4)
    matrix[:3, 0] = sin, -cos, 0  # right
    matrix[:3, 1] = 0, 0, -1  # down
    matrix[:3, 2] = cos, sin, 0  # ahead
    matrix[:2, 3] = x, y
    return matrix


def episodes(*motions, bumped=(), split="train", rate=10):
    """A cache of episodes, each a list of steps ahead and turns, so many frames a second."""
    rows = {"episode": [], "step": [], "pose": [], "split": [], "bumped": [], "time": []}
    for number, moves in enumerate(motions):
        x = y = heading = 0.0
        for step, (ahead, turn) in enumerate(moves):
            x, y = x + ahead * np.cos(heading), y + ahead * np.sin(heading)
            heading += turn
            rows["episode"].append(number)
            rows["step"].append(step)
            rows["pose"].append(pose(x, y, heading).ravel())
            rows["split"].append(split)
            rows["bumped"].append((number, step) in bumped)
            rows["time"].append(np.float32(step / rate))
    return SimpleNamespace(rows={name: np.array(values) for name, values in rows.items()})


def test_motion_is_seen_by_the_first_camera():
    first = np.stack([pose(1, 2, 0.3), pose(0, 0, np.pi / 2)])
    second = np.stack([pose(1 + np.cos(0.3), 2 + np.sin(0.3), 0.5), pose(-1, 0, np.pi / 2)])
    expected = [[1, 0, 0.2], [0, 1, 0]]
    np.testing.assert_allclose(relative_motion(first, second), expected, atol=1e-9)


def test_pairs_are_close_in_time_and_of_one_episode():
    cache = episodes([(0.1, 0.0)] * 30, [(0.1, 0.0)] * 30)
    pairs = mine_pairs(cache, "train", seconds=0.5)
    gaps = cache.rows["step"][pairs.second] - cache.rows["step"][pairs.first]
    assert set(gaps) == {1, 2, 3, 4, 5}
    assert (cache.rows["episode"][pairs.first] == cache.rows["episode"][pairs.second]).all()
    assert len(pairs) == 2 * sum(30 - gap for gap in range(1, 6))
    np.testing.assert_allclose(pairs.motion[:, 0], 0.1 * gaps, atol=1e-6)


@pytest.mark.parametrize(("rate", "gaps"), [(30, 15), (10, 5), (2, 1), (7, 3)])
def test_pairs_are_as_far_apart_at_any_frame_rate(rate, gaps):
    cache = episodes([(0.1, 0.0)] * 40, rate=rate)
    pairs = mine_pairs(cache, "train", seconds=0.5)
    assert set(pairs.second - pairs.first) == set(range(1, gaps + 1))


def test_frames_count_by_when_they_were_taken():
    cache = episodes([(0.1, 0.0)] * 5)
    cache.rows["time"] = np.float32([0, 0.1, 0.2, 3.0, 3.1])
    pairs = mine_pairs(cache, "train", seconds=1.0)
    found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert found == {(0, 1), (0, 2), (1, 2), (3, 4)}


def test_a_missing_frame_parts_those_around_it():
    cache = episodes([(0.1, 0.0)] * 8)
    rows = {name: np.delete(values, 4, axis=0) for name, values in cache.rows.items()}
    pairs = mine_pairs(SimpleNamespace(rows=rows), "train", seconds=1.0)
    assert len(pairs) == 6 + 3
    assert not ((pairs.first < 4) & (pairs.second >= 4)).any()


def test_many_rows_take_little_time():
    rooms, frames = 100, 1000
    heading = np.cumsum(np.random.default_rng(0).normal(0, 0.1, (rooms, frames)), axis=1)
    poses = np.stack([pose(0, 0, angle).ravel() for angle in heading.ravel()])
    rows = {
        "episode": np.repeat(np.arange(rooms), frames),
        "step": np.tile(np.arange(frames), rooms),
        "time": np.tile(np.arange(frames, dtype=np.float32) / 30, rooms),
        "bumped": np.zeros(rooms * frames, bool),
        "split": np.full(rooms * frames, "train", object),
        "pose": poses,
    }
    start = time.process_time()
    pairs = mine_pairs(SimpleNamespace(rows=rows), "train", seconds=1.0)
    assert time.process_time() - start < 15  # about 1
    assert len(pairs) > 10 * len(poses)


def test_rows_in_any_order_give_the_same_pairs():
    cache = episodes([(0.1, 0.05)] * 12)
    shuffled = np.random.default_rng(0).permutation(12)
    mixed = SimpleNamespace(rows={name: v[shuffled] for name, v in cache.rows.items()})
    pairs, others = mine_pairs(cache, "train", seconds=1.0), mine_pairs(mixed, "train", seconds=1.0)
    steps = mixed.rows["step"]
    np.testing.assert_array_equal(steps[others.first], cache.rows["step"][pairs.first])
    np.testing.assert_allclose(others.motion, pairs.motion, atol=1e-6)


def test_a_bump_between_two_frames_parts_them():
    cache = episodes([(0.1, 0.0)] * 10, bumped={(0, 5)})
    pairs = mine_pairs(cache, "train", seconds=1.0)
    crossing = (pairs.first < 5) & (pairs.second >= 5)
    assert len(pairs) and not crossing.any()


def test_what_barely_moves_is_left_out():
    cache = episodes([(0.1, 0.0)] * 5 + [(0.001, 0.001)] * 20)
    pairs = mine_pairs(cache, "train", seconds=0.2)
    assert pairs.second.max() <= 6
    with pytest.raises(UserError, match="never moves"):
        mine_pairs(episodes([(0.001, 0.0)] * 20), "train", seconds=0.2)


def test_it_is_known_why_pairs_are_left_out():
    moves = [(0.1, 0.0)] * 6 + [(0.001, 0.0)] * 4
    pairs = mine_pairs(episodes(moves, bumped={(0, 2)}), "train", seconds=0.2)
    assert (len(pairs), pairs.bumped, pairs.still) == (7, 3, 7)  # of 9 + 8


def test_motions_in_words():
    assert in_words(0.314, -np.radians(12)) == "31 cm ahead, 12° right"
    assert in_words(-0.05, np.radians(3.4)) == "5 cm back, 3° left"
    assert in_words(0.6, 0.001) == "60 cm ahead"
    assert in_words(0.0, 0.0) == "no motion"


def test_episodes_too_short_are_said():
    with pytest.raises(UserError, match="at most 1 s apart"):
        mine_pairs(episodes([(0.1, 0.0)]), "train", seconds=1.0)
    with pytest.raises(UserError, match="at most 1 s apart"):
        mine_pairs(episodes([(0.1, 0.0)] * 9), "val", seconds=1.0)


@pytest.fixture
def three_motions():
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0, -0.5], [0.5, 0.0, 0.0], [0.1, 0.0, 0.5]])
    labels = rng.integers(0, 3, 300)
    return centres[labels] + rng.normal(0, 0.02, (300, 3)), labels


def test_patterns_find_what_was_mixed(three_motions):
    motion, labels = three_motions
    patterns = MotionPatterns(motion, count=3)
    np.testing.assert_array_equal(patterns(motion), labels)  # right, ahead, left
    np.testing.assert_allclose(patterns.centres, [[-0.5, 0], [0, 0.5], [0.5, 0.1]], atol=0.02)
    assert patterns.atomic == {"right": 0, "ahead": 1, "left": 2}


def test_patterns_are_listed_with_their_shares(three_motions):
    motion, labels = three_motions
    listed = MotionPatterns(motion, count=3).listed(motion)
    assert [pattern.name for pattern in listed] == ["right", "ahead", "left"]
    np.testing.assert_allclose([pattern.share for pattern in listed], np.bincount(labels) / 300)
    assert listed[0].yaw == pytest.approx(-0.5, abs=0.02)
    assert listed[1].ahead == pytest.approx(0.5, abs=0.02)


def test_patterns_are_numbered_from_right_to_left_whatever_the_seed(three_motions):
    motion, _ = three_motions
    numbered = [MotionPatterns(motion, 3, seed)(motion) for seed in range(4)]
    assert all(np.array_equal(numbered[0], other) for other in numbered)


def test_too_few_pairs_for_the_patterns():
    with pytest.raises(UserError, match="too few for 6"):
        MotionPatterns(np.zeros((4, 3)))
