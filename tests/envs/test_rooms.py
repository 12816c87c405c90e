"""What the camera in a room observes, and what its settings may be."""

import numpy as np
import pytest

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.splits import split_of
from embodied_ssl_envs.rooms.env import RoomsEnv
from embodied_ssl_envs.rooms.kinds import ROOM_KINDS


def test_depth_and_pose_agree_with_the_next_view(make_rooms):
    """Points seen in one frame, carried by the poses, are where the next frame sees them."""
    env = make_rooms(image_size=96)
    observation, info = env.reset(seed=4, options={"episode": 4})
    policy = env.explorer(4)
    agreeing = []
    for _ in range(10):
        depth, camera = info["depth"], env.camera
        observation, _, _, _, info = env.step(policy(observation, info))
        v, u = np.mgrid[8:96:8, 8:96:8].reshape(2, -1)
        pixels = np.stack([u, v], axis=1) + 0.5
        points = np.array(camera.eye) + depth[v, u][:, None] * camera.rays(pixels)
        later: Camera = env.camera
        seen = later.project(points)
        along = (points - later.eye) @ later.axes[2]
        inside = ((seen > 1) & (seen < 95)).all(axis=1) & (along > 0.1)
        columns, rows = seen[inside].astype(int).T
        agreeing.append(np.abs(info["depth"][rows, columns] - along[inside]) < 0.05 * along[inside])
    assert np.concatenate(agreeing).mean() > 0.85  # the rest is hidden behind something


@pytest.mark.parametrize("episode", [0, 4, 6])
def test_rooms_have_no_holes(make_rooms, episode):
    env = make_rooms()
    env.reset(seed=episode, options={"episode": episode})
    rng = np.random.default_rng(episode)
    places = env.room.places
    edges = [places[chosen(places[:, i])] for i in (0, 1) for chosen in (np.argmin, np.argmax)]
    for place in (*edges, *rng.choice(places, 8)):
        for heading in np.arange(0, 2 * np.pi, np.pi / 6):
            tilt, height = np.radians(rng.uniform(-30, 15)), rng.uniform(0.8, 1.3)
            eye = np.append(place, height)
            ahead = eye + (np.cos(heading), np.sin(heading), np.tan(tilt))
            camera = Camera(tuple(eye.tolist()), tuple(ahead.tolist()), fov=80, size=32)
            assert (env.simulation.render(camera, env.room.light, True).segmentation >= 0).all()


@pytest.mark.parametrize(("rate", "limit"), [(-1, -30), (1, 15)])
def test_the_camera_tilts_within_its_limits(make_rooms, rate, limit):
    env = make_rooms(tilt=True)
    env.reset(seed=1, options={"episode": 1})
    for _ in range(30):
        *_, info = env.step(np.array([0, 0, rate], np.float32))
    assert np.degrees(np.arcsin(info["pose"][2, 2])) == pytest.approx(limit)


def test_the_explorer_tilts_the_camera_half_of_the_time(make_rooms):
    env = make_rooms(tilt=True)
    _, info = env.reset(seed=1, options={"episode": 1})
    policy = env.explorer(0)
    rates = np.array([policy(None, info)[2] for _ in range(400)])
    assert 0.3 < (rates == 0).mean() < 0.7
    assert rates.min() < -0.5 and rates.max() > 0.5


def test_what_is_asked_for_is_observed(make_rooms):
    env = make_rooms(depth=True, segmentation=True)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    bodies = range(-1, env.simulation.client.getNumBodies())
    assert len(np.unique(observation["segmentation"])) >= 2
    assert np.isin(observation["segmentation"], bodies).all()
    assert observation["depth"].max() < 10


def test_the_split_follows_from_the_rooms_name(make_rooms):
    env = make_rooms(image_size=16)
    for episode in range(6):
        env.reset(seed=episode, options={"episode": episode})
        assert env.room.split == split_of(env.room.name)
        assert env.room.kind == list(ROOM_KINDS)[episode]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kinds": ("kichen",)}, "kichen"),
        ({"frames": 0}, "frames must be a whole number from 2 to 32,768"),
        ({"odometry_noise": -1.0}, "odometry noise"),
        ({"objects": ("houshold",)}, "houshold"),
    ],
)
def test_impossible_settings_are_refused(settings, said):
    with pytest.raises(WorldError, match=said):
        RoomsEnv(**settings)
