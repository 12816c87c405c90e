"""Pixels of two views that show one point, against geometry worked out by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.data.posed import PosedViews
from embodied_ssl.errors import UserError
from embodied_ssl.sampling import correspondences
from embodied_ssl.sampling.correspondences import CorrespondenceSampler
from embodied_ssl_envs.cameras import Camera

SIZE, FOCAL, HEIGHT = 100, 100.0, 0.1
ABOVE = np.diag([1.0, -1, -1, 1])  # looks down, its x along that of the object


@pytest.fixture(scope="module")
def cache(turntable_dir):
    return FrameCache.open(Dataset.open(turntable_dir)).as_training("val")


def looking_down(x, y, height, turn=0.0):
    """A camera so high above the floor, turned by radians as seen from above."""
    cos, sin = np.cos(turn), np.sin(turn)
    pose = np.array([[cos, -sin, 0, 0], [sin, cos, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]) @ ABOVE
    pose[:3, 3] = x, y, height
    return pose


@pytest.fixture
def block():
    """A block of 40 x 40 x 10 cm on the floor, from 1 m and, turned by a quarter, from 1.5 m."""
    poses = [looking_down(0.0, 0.0, 1.0), looking_down(0.05, 0.1, 1.5, np.pi / 2)]
    units = np.empty((2, SIZE, SIZE), np.uint16)
    for pose, image in zip(poses, units, strict=True):
        away = pose[2, 3] - HEIGHT
        u = (np.arange(SIZE) + 0.5 - SIZE / 2) / FOCAL * away
        rays = np.stack([*np.meshgrid(u, u), np.full((SIZE, SIZE), away)], axis=-1)
        on_top = np.abs(rays @ pose[:3, :3].T + pose[:3, 3])[..., :2].max(-1) <= 0.2
        image[:] = np.where(on_top, away, pose[2, 3]) * 5000  # the block's sides are not seen
    intrinsics = np.float32([[FOCAL, FOCAL, SIZE / 2, SIZE / 2]] * 2)
    extents = np.float32([[0.4, 0.4, HEIGHT]] * 2)
    return PosedViews(units, np.float32(poses), intrinsics, extents)


def found(views, *pixels):
    there, same = views.correspondences(np.array([0]), np.array([1]), np.float32([pixels]))
    return there[0], same[0]


def test_a_point_is_found_where_geometry_says(block):
    # .9 m away a pixel is 9 mm; 1.4 m away 14 mm, and the object's x points down, its y right.
    there, same = found(block, (50.0, 50.0), (60.0, 50.0), (50.0, 35.0))
    shift = np.array([-0.1, -0.05]) / 0.014  # of the middle
    expected = 50 + shift + [[0, 0], [0, 0.09 / 0.014], [0.135 / 0.014, 0]]
    assert np.allclose(there, expected, atol=0.01) and same.all()
    back, same = block.correspondences(np.array([1]), np.array([0]), np.float32(expected[None]))
    assert np.allclose(back[0], [[50, 50], [60, 50], [50, 35]], atol=0.01) and same.all()


def test_points_of_any_camera_are_seen_where_the_simulation_says():
    camera = Camera((0.4, -0.3, 0.5), (0.0, 0.1, 0.0), (0.2, 0.1, 1.0), 35.0, SIZE)
    camera = camera.crop(np.array([40.0, 55.0]), 60.0)
    units, extents = np.ones((1, SIZE, SIZE), np.uint16), np.ones((1, 3), np.float32)
    views = PosedViews(units, camera.pose[None], camera.intrinsics[None], extents)
    points, one = np.random.default_rng(0).uniform(-0.1, 0.1, (1, 50, 3)), np.array([0])
    pixels, away = views.project(one, points)
    assert np.allclose(pixels, camera.project(points))
    assert np.allclose(views.points(one, pixels, away), points)
    assert np.allclose(away[0], (points[0] - camera.eye) @ camera.axes[2])


def test_the_floor_and_what_is_not_of_the_object_do_not_match(block):
    there, same = found(block, (5.0, 50.0), (50.0, 50.0))  # the floor, and the block
    assert same.tolist() == [False, True]
    low = dataclasses.replace(block, extents=np.float32([[0.4, 0.4, 0.05]] * 2))
    narrow = dataclasses.replace(block, extents=np.float32([[0.1, 0.4, HEIGHT]] * 2))
    flat = np.full_like(block.units, 5000)
    on_floor = dataclasses.replace(block, units=np.stack([flat[0], flat[0] // 2 * 3]))
    assert not found(low, (50.0, 50.0))[1].any()
    assert found(narrow, (50.0, 50.0), (57.0, 50.0))[1].tolist() == [True, False]
    assert not found(on_floor, (50.0, 50.0), (55.0, 45.0))[1].any()


def test_what_hides_a_point_or_is_not_known_does_not_match(block):
    (u, v), _ = (each[0] for each in found(block, (50.0, 50.0)))
    for depth in (7000 - 200, 7000 + 200, 0):
        units = block.units.copy()
        units[1, int(v), int(u)] = depth
        hidden = dataclasses.replace(block, units=units)
        assert found(hidden, (50.0, 50.0), (60.0, 50.0))[1].tolist() == [False, True]
    units = block.units.copy()
    units[0, 50, 50] = 0
    assert not found(dataclasses.replace(block, units=units), (50.5, 50.5))[1].any()
    aside = block.pose.copy()
    aside[1, 0, 3] = 3.0  # beside the border of its image
    assert not found(dataclasses.replace(block, pose=aside), (50.0, 50.0))[1].any()
    behind = block.pose.copy()
    behind[1, 2, 3] = -1.5
    assert not found(dataclasses.replace(block, pose=behind), (50.0, 50.0))[1].any()


def test_matched_pixels_lie_alike_on_the_object_in_both_views(cache):
    sampler = CorrespondenceSampler({"turntable": cache}, 6, 0, 24)
    batch = sampler(0)
    side, seen = cache.frames.shape[1], 0
    assert batch["pixels"].dtype == torch.float32
    for pair in range(6):
        matched = batch["matched"][pair]
        one, two = ((batch["pixels"][pair, k, matched] + 1) * side / 2 for k in (0, 1))
        # The drawn bars are flat and cameras look straight at them: a turn and a shift.
        ahead = (one[:, None] - one, two[:, None] - two)
        assert torch.allclose(ahead[0].norm(dim=-1), ahead[1].norm(dim=-1), atol=1e-3)
        cross = [torch.linalg.det(torch.stack([d[0, 1], d[0, -1]])) for d in ahead]
        assert torch.allclose(*cross, rtol=1e-3, atol=0.05)  # and no mirror image
        for name, pixels in (("first", one), ("second", two)):
            u, v = pixels.long().T
            colors = batch[name][pair][:, v, u]
            bar = colors.median(dim=1, keepdim=True).values
            assert (colors == bar).all(0).float().mean() > 0.9  # its border is rounded
        seen += int(matched.sum())
    assert seen > 6 * 12


def test_pixels_are_given_for_the_size_that_is_used(turntable_dir, cache):
    half = FrameCache.open(Dataset.open(turntable_dir), cache.frames.shape[1] // 2)
    small = CorrespondenceSampler({"turntable": half.as_training("val")}, 6, 0, 24)
    large = CorrespondenceSampler({"turntable": cache}, 6, 0, 24)
    assert np.allclose(2 * small.posed.intrinsics, large.posed.intrinsics)
    corner = np.float32([[[0.0, 0.0], [32.0, 20.0]]])
    views, depth = np.array([0]), np.float32([[0.2, 0.3]])
    assert np.allclose(
        small.posed.points(views, corner / 2, depth), large.posed.points(views, corner, depth)
    )
    assert small(0)["matched"].float().mean() > 0.5


def test_two_views_that_share_little_are_drawn_anew(cache, monkeypatch):
    """Half of the views of each object look at it from a place from which nothing agrees."""
    sampler = CorrespondenceSampler({"turntable": cache}, 6, 0, 24)
    pose = sampler.posed.pose.copy()
    pose[::2, 2, 3] += 0.5
    sampler.posed = dataclasses.replace(sampler.posed, pose=pose)

    def empty():
        batches = [sampler(number) for number in range(20)]
        assert all(batch["pixels"].isfinite().all() for batch in batches)
        return np.mean([(batch["matched"].sum(1) == 0).float().mean() for batch in batches])

    often = empty()
    monkeypatch.setattr(correspondences, "TRIES", 1)
    once = empty()
    assert often < 0.6 * once and once > 0.5


def test_where_the_depth_is_not_known_no_place_is_nan(cache):
    sampler = CorrespondenceSampler({"turntable": cache}, 4, 0, matches=64)
    units = np.array(sampler.posed.units)
    units[:, :, ::2] = 0
    sampler.posed = dataclasses.replace(sampler.posed, units=units)
    batch = sampler(0)
    assert not batch["matched"].all() and batch["pixels"].isfinite().all()


def test_objects_are_told_and_each_comes_once(cache):
    sampler = CorrespondenceSampler({"turntable": cache}, 3, 0, 8)
    batches = [sampler(number) for number in range(2)]
    assert sorted(torch.cat([batch["index"] for batch in batches]).tolist()) == list(range(6))
    for batch in batches:
        assert (cache.rows["split"][batch["row"].numpy()] == "train").all()
        for first, second in zip(batch["first"], batch["second"], strict=True):
            assert not torch.equal(first, second)


def test_data_without_depth_without_cameras_or_of_one_object_are_one_line(cache):
    rows = {name: values for name, values in cache.rows.items() if name != "pose"}
    with pytest.raises(UserError, match=r"not where the camera was.*collect it again with --depth"):
        CorrespondenceSampler({"turntable": dataclasses.replace(cache, rows=rows)}, 4, 0, 8)
    split = np.where(cache.rows["instance"] == cache.rows["instance"][0], "train", "")
    one = dataclasses.replace(cache, rows=dict(cache.rows) | {"split": split.astype(object)})
    with pytest.raises(UserError, match="too few objects to tell"):
        CorrespondenceSampler({"turntable": one}, 4, 0, 8)
