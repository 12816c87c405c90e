"""Where a turntable's cameras were, relative to the object: points carried from view to view."""

from itertools import permutations

import gymnasium
import numpy as np
import pytest

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.turntable.framing import Subject

SIZE = 96
NAMES = {"pose": 16, "intrinsics": 4, "extents": 3}


def test_pose_and_intrinsics_say_where_a_camera_sees_points():
    camera = Camera((0.4, -0.3, 0.5), (0.0, 0.1, 0.0), (0.2, 0.1, 1.0), 35.0, SIZE)
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (50, 3))
    for each in (camera, camera.crop(np.array([40.0, 55.0]), 30.0)):
        ahead = np.linalg.solve(each.pose, np.c_[points, np.ones(50)].T)[:3]
        fx, fy, cx, cy = each.intrinsics
        pixels = np.stack([fx * ahead[0] / ahead[2] + cx, fy * ahead[1] / ahead[2] + cy], axis=1)
        assert np.allclose(pixels, each.project(points))
        assert (ahead[2] > 0.3).all()


def test_the_box_stands_on_the_floor_about_the_origin():
    corners = np.array([[-0.1, -0.02, 0.0], [0.1, 0.02, 0.3], [0.0, 0.0, 0.1]])
    assert np.allclose(Subject(corners).extents, (0.2, 0.04, 0.3))


@pytest.fixture(scope="module", params=[False, True], ids=["randomized", "orbit"])
def env(request):
    env = gymnasium.make(
        "embodied_ssl/Turntable-v0", image_size=SIZE, azimuths=4, orbit=request.param, depth=True,
        masks=True, objects=("household",),
    ).unwrapped  # fmt: skip
    yield env
    env.close()


@pytest.fixture(scope="module")
def records(env):
    """The views of three objects, object by object."""
    objects = []
    for episode in (0, 7, 19):
        env.reset(seed=episode, options={"episode": episode})
        objects.append([env.step(view)[4]["record"] for view in range(env.steps_per_episode)])
    return objects


def camera_of(record):
    return np.reshape(record["pose"], (4, 4)), record["intrinsics"]


def lifted(record, where):
    """The points (N, 3) at the pixels (2, N) of rows and columns, in the object's frame."""
    pose, (fx, fy, cx, cy) = camera_of(record)
    depth = record["image_depth"][tuple(where)] / 5000
    v, u = where + 0.5
    seen = np.stack([(u - cx) / fx * depth, (v - cy) / fy * depth, depth], axis=1)
    return seen @ pose[:3, :3].T + pose[:3, 3]


def projected(record, points):
    """Columns, rows and distances of points."""
    pose, (fx, fy, cx, cy) = camera_of(record)
    x, y, z = ((points - pose[:3, 3]) @ pose[:3, :3]).T
    return fx * x / z + cx, fy * y / z + cy, z


def chroma(colors):
    """Directions of colours, whatever the light's brightness."""
    colors = colors.astype(float) + 1
    return colors / np.linalg.norm(colors, axis=1, keepdims=True)


def test_rows_say_it_with_depth_alone(records):
    for name, count in NAMES.items():
        assert all(len(row[name]) == count for row in records[0])
    plain = gymnasium.make("embodied_ssl/Turntable-v0", image_size=32, azimuths=1).unwrapped
    plain.reset(seed=0, options={"episode": 0})
    assert not NAMES.keys() & plain.step(0)[4]["record"].keys()
    plain.close()


def test_a_point_of_the_object_is_where_another_view_sees_it(records):
    """Half of a millimetre off, where both see it, and of the same colour."""
    off, alike, chance, shares = [], [], [], []
    rng = np.random.default_rng(0)
    for views in records:
        for first, second in permutations(views[::2], 2):
            where = np.array(np.nonzero(first["image_mask"]))
            u, v, away = projected(second, lifted(first, where))
            inside = (u >= 0) & (u < SIZE) & (v >= 0) & (v < SIZE)
            where, (u, v, away) = where[:, inside], (each[inside] for each in (u, v, away))
            u, v = u.astype(int), v.astype(int)
            here = second["image_depth"][v, u] / 5000 - away
            both = (np.abs(here) < 0.004) & (second["image_mask"][v, u] > 0)
            off.append(np.abs(here[both]))
            shares.append(both.sum() / max(len(both), 1))
            one = chroma(first["image"][tuple(where[:, both])])
            two = chroma(second["image"][v[both], u[both]])
            alike.append((one * two).sum(1))
            chance.append((one * rng.permutation(two)).sum(1))
    assert np.median(np.concatenate(off)) < 0.0006
    assert np.median(shares) > 0.25
    alike, chance = (1 - np.concatenate(each) for each in (alike, chance))
    assert np.quantile(alike, 0.75) < 0.3 * np.quantile(chance, 0.75)


def test_the_object_fills_its_box_and_the_floor_is_at_zero(records):
    for views in records:
        seen = np.concatenate(
            [lifted(row, np.array(np.nonzero(row["image_mask"]))) for row in views]
        )
        x, y, z = np.array(views[0]["extents"])
        low, high = seen.min(axis=0), seen.max(axis=0)
        assert np.allclose(low, (-x / 2, -y / 2, 0), atol=0.004)
        assert np.allclose(high, (x / 2, y / 2, z), atol=0.004)
        for row in views:
            around = np.array(np.nonzero(row["image_mask"] == 0))
            height = lifted(row, around)[:, 2]
            floor = np.abs(height[np.abs(height) < 0.004])
            # The renderer's own sampling of a pixel; at its middle it would be .5 mm.
            assert len(floor) > 200 and np.median(floor) < 0.0002
