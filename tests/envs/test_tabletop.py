"""Whether physics gives each interaction the outcome that it should."""

from itertools import combinations

import numpy as np
import pytest
from bars import SIZE, Bar, act, angle_across, pixel_of

from embodied_ssl_envs.tabletop.scene import REACH, SIDES


def test_background_subtraction_sees_the_bar_and_nothing_else(tabletop):
    env, info = tabletop(Bar())
    (region,) = env.world.regions()
    assert np.abs(region.center - pixel_of(env, (0.5, 0.0, 0.04))).max() < 2
    assert region.diameter == pytest.approx(0.124, abs=0.02)
    assert info["foreground"].shape == (SIZE, SIZE)


def test_a_grasp_across_the_bar_holds_and_one_along_it_does_not(tabletop):
    env, _ = tabletop(Bar())
    pixel = pixel_of(env, (0.5, 0.0, 0.04))
    record, reward, info = act(env, 0, pixel, angle_across(env, np.pi / 2))
    assert record["success"] is False and reward == 0 and not info["holding"]
    assert record["track"] == ""
    env, _ = tabletop(Bar())
    record, reward, info = act(env, 0, pixel, angle_across(env, 0.0))
    assert record["success"] is True and reward == 1 and info["holding"]
    assert record["object"]["kind"] == "bar"
    assert record["track"]


@pytest.mark.parametrize("poses", [5, 10])
def test_a_look_shows_the_bar_against_other_backgrounds_and_puts_it_away(tabletop, poses):
    env, _ = tabletop(Bar())
    env.look_poses = poses
    grasped, _, info = act(env, 0, pixel_of(env, (0.5, 0.0, 0.04)), angle_across(env, 0.0))
    assert not info["foreground"].any()  # carried out of the camera's sight
    record, _, info = act(env, 3, np.zeros(2))
    assert record["track"] == grasped["track"] and len(record["views"]) == poses
    for view in record["views"]:
        red = (view[..., :1] > 1.8 * view[..., 1:]).all(-1)
        assert red[SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4].mean() > 0.05
    corners = [np.concatenate([v[:8].ravel(), v[-8:].ravel()]) for v in record["views"]]
    assert len({corner.tobytes() for corner in corners}) == poses
    assert not info["holding"]
    assert act(env, 3, np.zeros(2))[0] is None, "nothing to show"


def test_what_is_held_is_shown_as_it_lay(tabletop):
    env, _ = tabletop(Bar())
    pixel, angle = pixel_of(env, (0.5, 0.02, 0.04)), angle_across(env, 0.0)  # not in its middle
    plain = act(env, 0, pixel, angle)[0], act(env, 3, np.zeros(2))[0]
    assert "lying" not in plain[1]
    env, _ = tabletop(Bar())
    env.world.object_crops = True
    shown = act(env, 0, pixel, angle)[0], act(env, 3, np.zeros(2))[0]
    lying = shown[1].pop("lying")
    for before, after in zip(plain, shown, strict=True):  # and nothing else changes
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)
    red = np.argwhere((lying[..., :1] > 1.8 * lying[..., 1:]).all(-1))
    low, high = red.min(0), red.max(0)
    assert np.allclose((low + high) / 2, (SIZE - 1) / 2, atol=0.08 * SIZE)  # in the middle, whole
    assert low.min() > 0 and high.max() < SIZE - 1
    assert (high - low).max() > SIZE / 3


def test_no_two_views_of_an_object_share_a_side_of_the_room(tabletop, monkeypatch):
    env, _ = tabletop(Bar())
    act(env, 0, pixel_of(env, (0.5, 0.0, 0.04)), angle_across(env, 0.0))
    draw, seen, lights = env.simulation.render, [], []

    def watch(camera, light, segmentation=False):
        if light in env.world.scene.lamps:
            seen.append(set(np.unique(draw(camera, light, True).segmentation)))
            lights.append(light)
        return draw(camera, light, segmentation)

    monkeypatch.setattr(env.simulation, "render", watch)
    act(env, 3, np.zeros(2))
    sides = set(range(7, 7 + 2 * SIDES))  # walls and floors, after the table's seven parts
    assert len(seen) == 5 and len(set(lights)) == 5
    for first, second in combinations(seen, 2):
        assert not first & second & sides
    assert all(views & sides for views in seen)


def test_a_push_moves_the_bar_where_it_goes(tabletop):
    env, _ = tabletop(Bar())
    start, end = pixel_of(env, (0.44, 0.0, 0.02)), pixel_of(env, (0.53, 0.0, 0.02))
    record, _, _ = act(env, 1, start, end=end)
    dx, dy, turn = record["displacement"]
    assert 0.03 < dx < 0.12 and abs(dy) < 0.03 and abs(turn) < 1
    assert len(record["push"]) == 5 and np.abs(record["push"][:4]).max() < 1
    assert (record["before"] != record["after"]).any()


def test_a_push_in_empty_space_moves_nothing(tabletop):
    env, _ = tabletop(Bar(place=(0.62, 0.1)))
    start, end = pixel_of(env, (0.38, -0.15, 0)), pixel_of(env, (0.38, -0.05, 0))
    record, _, _ = act(env, 1, start, end=end)
    assert np.abs(record["displacement"]).max() < 0.002


def test_pixels_beyond_reach_act_at_the_nearest_place(tabletop):
    env, _ = tabletop(Bar())
    pixel = env.world.reachable_pixel(np.array([0.0, 0.0]))
    place = env.world.scene.overhead.on_plane(pixel, 0.0)[:2]
    assert (place >= REACH[0] - 1e-6).all() and (place <= REACH[1] + 1e-6).all()
