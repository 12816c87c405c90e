"""The turntable: its records, and the randomized views of its objects."""

from itertools import product

import gymnasium
import numpy as np
import pytest

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import split_of
from embodied_ssl_envs.turntable.background import TEXTURES_PER_VIEW
from embodied_ssl_envs.turntable.framing import Subject, frame_object


@pytest.fixture(scope="module")
def env():
    env = gymnasium.make("embodied_ssl/Turntable-v0", image_size=64, azimuths=4).unwrapped
    yield env
    env.close()


def views(env, episode, seed=5):
    """All records of an episode."""
    observation, info = env.reset(seed=seed, options={"episode": episode})
    policy, records = env.explorer(seed), []
    while (action := policy(observation, info)) is not None:
        observation, reward, terminated, truncated, info = env.step(action)
        assert reward == 0 and not truncated
        records.append(info["record"])
    assert terminated
    return records


def test_one_episode_per_object_val_first(env):
    assert env.num_episodes == 220 and env.steps_per_episode == 12
    splits = [split for split, _ in env.names]
    assert splits == ["val"] * 60 + ["test"] * 160
    assert all(split_of(name) == split for split, name in env.names)
    assert len({name.split("/")[1] for split, name in env.names if split == "test"}) >= 12


def test_objects_to_learn_from_come_after_those_that_judge():
    counts = {"val_objects": 2, "test_objects": 3}
    opened = [
        gymnasium.make("embodied_ssl/Turntable-v0", image_size=32, train_objects=n, **counts)
        for n in (0, 4)
    ]
    without, with_them = (each.unwrapped.names for each in opened)
    assert with_them[:5] == without and {split for split, _ in with_them[5:]} == {"train"}
    assert len(with_them) == 9 and all(split_of(name) == "train" for _, name in with_them[5:])
    for each in opened:
        each.close()


def test_records_are_labelled_rows(env):
    records = views(env, 61)
    assert [record["step"] for record in records] == list(range(12))
    assert {record["elevation"] for record in records} == {30.0, 45.0, 60.0}
    for record in records:
        assert record["role"] == ("query" if record["elevation"] == 45 else "gallery")
        assert record["split"] == "test" and record["episode"] == 61
        assert record["instance"] == env.names[61][1]
        assert record["kind"] == record["instance"].split("/")[1]
        assert record["image"].shape == (64, 64, 3) and record["image"].dtype == np.uint8
    assert sorted({record["azimuth"] for record in records}) == [0.0, 90.0, 180.0, 270.0]


def test_views_share_no_background_texture(env):
    env.reset(seed=1, options={"episode": 3})
    used = np.array(env.views.textures)
    assert used.shape == (env.steps_per_episode + 1, TEXTURES_PER_VIEW)
    assert len(np.unique(used)) == used.size


def test_backgrounds_are_removed_again(env):
    env.reset(seed=1, options={"episode": 100})
    for view in range(env.steps_per_episode):
        env.step(view)
        assert env.simulation.client.getNumBodies() == 1


def test_every_view_shows_the_object_and_no_void(env, monkeypatch):
    seen = []
    render = env.simulation.render

    def spy(camera, light):
        frame = render(camera, light, segmentation=True)
        seen.append(frame.segmentation)
        return frame

    monkeypatch.setattr(env.simulation, "render", spy)
    for episode in (2, 33, 120, 200):
        seen.clear()
        views(env, episode)
        (body,) = set.intersection(*(set(np.unique(each)) for each in seen))
        assert all((each >= 0).all() for each in seen)
        shares = [(each == body).mean() for each in seen]
        assert min(shares) > 0.01 and np.median(shares) > 0.02


def test_views_in_any_order_are_the_same_views(env):
    forwards = {record["azimuth"]: record["image"] for record in views(env, 9)[:4]}
    env.reset(seed=5, options={"episode": 9})
    for view in (3, 1, 0, 2):
        _, _, _, _, info = env.step(view)
        record = info["record"]
        assert np.array_equal(record["image"], forwards[record["azimuth"]])


def test_the_object_is_framed():
    rng = np.random.default_rng(0)
    corners = list(product((-0.02, 0.02), (-0.1, 0.1), (0.0, 0.05)))
    subject = Subject(np.array(corners))
    for azimuth in range(0, 360, 30):
        camera = frame_object(rng, subject, 45, azimuth, 128)
        pixels = camera.project(subject.points)
        share = np.ptp(pixels, axis=0).max() / 128
        assert 0.43 < share < 0.87
        assert pixels.min() > -0.05 * 128 and pixels.max() < 1.05 * 128
        height = np.degrees(np.arcsin(-camera.axes[2][2]))
        assert height == pytest.approx(45, abs=4.1)


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"azimuths": 0}, "azimuths must be"),
        ({"azimuths": 100}, "azimuths must be"),
        ({"val_objects": 0, "test_objects": 0}, "above zero"),
        ({"val_objects": -1}, "val_objects must be a whole number from 0 to 100,000"),
        ({"objects": ("nothing",)}, "unknown objects"),
    ],
)
def test_impossible_settings_are_refused(settings, words):
    with pytest.raises(WorldError, match=words):
        gymnasium.make("embodied_ssl/Turntable-v0", **settings)


def test_an_episode_beyond_the_last_is_refused(env):
    with pytest.raises(WorldError, match="220"):
        env.reset(options={"episode": 220})
