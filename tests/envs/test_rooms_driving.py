"""The mobile base in rooms: collisions, odometry, the exploration policy."""

import numpy as np
import pytest

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.rooms.differential_drive import ACCELERATION, RADIUS, relative_motion
from embodied_ssl_envs.rooms.explorer import clearances

AHEAD = np.array([1.0, 0.0], np.float32)


def test_speeds_change_as_fast_as_they_may_and_no_faster(make_rooms):
    env = make_rooms()
    env.reset(seed=0, options={"episode": 6})
    env.base.drive(np.array([1.0, 1.5]), 24)
    assert env.base.speed[0] == pytest.approx(ACCELERATION[0] * 0.1, rel=0.05)
    assert env.base.speed[1] == pytest.approx(ACCELERATION[1] * 0.1, rel=0.05)


@pytest.mark.parametrize("episode", range(8))
def test_nothing_is_driven_through(make_rooms, outside, episode):
    env = make_rooms()
    env.reset(seed=episode, options={"episode": episode})
    solid = [item for item in env.room.layout.placed if not item.piece.flat]
    rng = np.random.default_rng(episode)
    bumped = 0
    for step in range(60):
        if step % 12 == 0:
            turn = np.clip(rng.uniform(-1.5, 1.5), -1, 1)
        *_, info = env.step(np.array([1.0, turn if step % 12 < 3 else 0.0], np.float32))
        bumped += info["bumped"]
        place = env.base.pose[None, :2]
        assert min(outside(place, item).min() for item in solid) > RADIUS - 0.01
        assert (env.room.layout.half - np.abs(place)).min() > RADIUS - 0.01
    assert bumped  # who drives blindly meets something


def test_a_base_that_is_held_up_knows_that_it_stands(make_rooms):
    env = make_rooms()
    env.reset(seed=2, options={"episode": 2})
    for _ in range(80):
        *_, info = env.step(AHEAD)
    assert info["bumped"]
    assert abs(info["odometry"][0]) < 0.01


def test_odometry_leads_from_pose_to_pose(make_rooms):
    env = make_rooms()
    observation, info = env.reset(seed=5, options={"episode": 5})
    policy = env.explorer(5)
    for _ in range(30):
        before = info["pose"]
        observation, _, _, _, info = env.step(policy(observation, info))
        ahead, left, turn = info["odometry"]
        moved = np.linalg.inv(before) @ info["pose"]
        # The camera looks down a little: its motion on the floor is what the base moved.
        assert np.hypot(ahead, left) == pytest.approx(np.linalg.norm(moved[:3, 3]), abs=1e-5)
        assert abs(turn) == pytest.approx(np.arccos((np.trace(moved[:3, :3]) - 1) / 2), abs=1e-3)
        heading = np.arctan2(info["pose"][1, 2], info["pose"][0, 2])
        before_heading = np.arctan2(before[1, 2], before[0, 2])
        assert np.sin(heading - before_heading) == pytest.approx(np.sin(turn), abs=1e-6)


def test_motion_is_seen_from_the_earlier_pose():
    moved = relative_motion(np.array([1.0, 1.0, np.pi / 2]), np.array([0.5, 2.0, -np.pi + 0.1]))
    np.testing.assert_allclose(moved, [1.0, 0.5, np.pi / 2 + 0.1], atol=1e-9)


def test_noise_is_in_the_odometry_alone(make_rooms):
    plain, noisy = make_rooms(), make_rooms(odometry_noise=0.1)
    for env in (plain, noisy):
        env.reset(seed=3, options={"episode": 3})
    one, other = (env.step(AHEAD)[4] for env in (plain, noisy))
    assert np.array_equal(one["pose"], other["pose"])
    assert not np.array_equal(one["odometry"], other["odometry"])
    np.testing.assert_allclose(one["odometry"], other["odometry"], rtol=0.5, atol=1e-6)


def test_the_wanderer_turns_and_drives_and_seldom_bumps(make_rooms):
    env = make_rooms(image_size=64)
    moves, bumps = [], []
    for episode in range(8):
        observation, info = env.reset(seed=episode, options={"episode": episode})
        policy = env.explorer(episode)
        for _ in range(60):
            observation, _, _, _, info = env.step(policy(observation, info))
            moves.append(info["odometry"])
            bumps.append(info["bumped"])
    ahead, _, turn = np.transpose(moves)
    assert (turn > 0.03).mean() > 0.15
    assert (turn < -0.03).mean() > 0.15
    assert ((np.abs(turn) < 0.03) & (ahead > 0.02)).mean() > 0.15
    assert np.mean(bumps) < 0.06


def test_clearances_tell_left_from_right():
    camera = Camera(eye=(0, 0, 1), target=(1, 0, 1), fov=90, size=64)
    depth = np.full((64, 64), 5.0)
    depth[:, :20] = 1.0  # a wall to the left
    left, ahead, right = clearances(depth, camera)
    assert left == pytest.approx(1.0) and ahead == right == pytest.approx(5.0)
