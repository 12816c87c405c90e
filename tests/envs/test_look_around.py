"""The camera in the hand goes round what is to be grasped."""

import numpy as np
import pytest
from bars import SIZE, Bar, act, angle_across, pixel_of

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.panda import ARM
from embodied_ssl_envs.tabletop import look_around as module
from embodied_ssl_envs.tabletop.env import TabletopEnv
from embodied_ssl_envs.tabletop.look_around import look_around

MIDDLE = (0.5, 0.0, 0.04)


def red(view):
    return (view[..., :1] > 1.8 * view[..., 1:]).all(-1)


@pytest.fixture
def before_black(monkeypatch):
    """Views before black instead of textures."""
    black = np.zeros((SIZE, SIZE, 3), np.uint8)
    monkeypatch.setattr(module, "_background", lambda rng, number, size: black)


def test_a_grasp_stores_views_and_nothing_else_changes(tabletop):
    env, _ = tabletop(Bar())
    pixel, angle = pixel_of(env, MIDDLE), angle_across(env, 0.0)
    plain = act(env, 0, pixel, angle)[0], act(env, 3, np.zeros(2))[0]
    assert not any("around" in record for record in plain)
    env, _ = tabletop(Bar())
    env.world.wrist_views = 6
    grasp, look = act(env, 0, pixel, angle)[0], act(env, 3, np.zeros(2))[0]
    views = grasp.pop("around")
    for before, after in zip(plain, (grasp, look), strict=True):
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)
    assert 3 <= len(views) <= 6 and {view.shape for view in views} == {(SIZE, SIZE, 3)}
    corners = {np.concatenate([v[:8].ravel(), v[-8:].ravel()]).tobytes() for v in views}
    assert len(corners) == len(views), "each is before a texture of its own"


def test_the_bar_is_seen_from_different_sides(tabletop, before_black):
    env, _ = tabletop(Bar())
    (region,) = env.world.regions()
    views = look_around(env.world, region, 12)
    assert len(views) >= 8
    shapes = [np.ptp(np.argwhere(view.any(-1)), axis=0) for view in views]
    ratios = np.array([high / wide for high, wide in shapes])
    assert ratios.max() > 1.2 and ratios.min() < 0.6, "along the bar and across it"
    for view in views:
        assert (red(view) == view.any(-1)).mean() > 0.99, "neither tray nor rim nor arm"
        seen = np.argwhere(red(view))
        assert 0.45 < np.ptp(seen, axis=0).max() / SIZE < 0.9
        assert seen.min() > 0 and seen.max() < SIZE - 1


def test_the_camera_is_the_one_in_the_hand(tabletop, monkeypatch):
    env, _ = tabletop(Bar())
    (region,), arm, reaches = env.world.regions(), env.world.arm, env.kinematics.reaches
    poses, cameras, render = [], [], env.world.render

    def asked(*pose):
        return bool(reaches(*pose) and (poses.append(pose) or True))

    def seen(camera):
        cameras.append(camera)
        return render(camera)

    monkeypatch.setattr(env.kinematics, "reaches", asked)
    monkeypatch.setattr(env.world, "render", seen)
    look_around(env.world, region, 12)
    assert len(poses) == len(cameras) >= 8
    for pose, camera in zip(poses, cameras, strict=True):
        for joint, angle in zip(ARM, env.kinematics.solve(*pose), strict=True):
            env.simulation.client.resetJointState(arm.body, joint, angle)
        hand = arm.wrist_camera(SIZE)
        assert np.allclose(hand.eye, camera.eye, atol=0.006)
        right, _, forward = (hand.axes * camera.axes).sum(1)
        assert forward > 0.999 and abs(right) > 0.999  # the image may be turned by half a turn


def test_flat_things_are_seen_whole(tabletop, before_black):
    env, _ = tabletop(Bar(half=(0.015, 0.06, 0.003)))
    (region,) = env.world.regions()
    views = look_around(env.world, region, 12)
    assert len(views) >= 8
    assert all(red(view).mean() > 0.04 for view in views)


def test_what_lies_beside_is_cut_away(tabletop, before_black):
    env, _ = tabletop(Bar())
    client = env.simulation.client
    half = (0.02, 0.02, 0.03)
    shape = client.createVisualShape(client.GEOM_BOX, halfExtents=half, rgbaColor=(0, 0.8, 0, 1))
    client.createMultiBody(0, -1, shape, (0.58, 0.0, 0.031))
    env.world.look_down()
    regions = env.world.regions()
    bar = min(regions, key=lambda r: np.linalg.norm(r.center - pixel_of(env, MIDDLE)))
    assert len(regions) == 2
    views = look_around(env.world, bar, 12)
    assert len(views) >= 6
    for view in views:
        green = view[..., 1] > 1.8 * view[..., 0]
        assert green.mean() < 0.01 and red(view).mean() > 0.02


def test_views_from_where_the_arm_does_not_reach_are_left_out(tabletop, monkeypatch):
    env, _ = tabletop(Bar())
    (region,) = env.world.regions()
    monkeypatch.setattr(env.kinematics, "reaches", lambda position, orientation: False)
    assert look_around(env.world, region, 6) == []
    env.world.wrist_views = 6
    record, _, _ = act(env, 0, pixel_of(env, MIDDLE), angle_across(env, 0.0))
    assert record["around"] == [] and record["success"]


@pytest.mark.parametrize("count", [-1, 13, 2.5])
def test_impossible_numbers_of_views_are_errors(count):
    with pytest.raises(WorldError, match="wrist_views must be a whole number from 0 to 12"):
        TabletopEnv(wrist_views=count)
