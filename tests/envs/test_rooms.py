"""Rooms: furniture that stands where it can, a base that physics stops, poses that are true."""

import numpy as np
import pytest

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.splits import split_of
from embodied_ssl_envs.rooms.differential_drive import ACCELERATION, RADIUS, relative_motion
from embodied_ssl_envs.rooms.env import RoomsEnv
from embodied_ssl_envs.rooms.explorer import clearances
from embodied_ssl_envs.rooms.furnish import furnish
from embodied_ssl_envs.rooms.kinds import ROOM_KINDS

AHEAD = np.array([1.0, 0.0], np.float32)


@pytest.fixture
def make():
    made = []

    def build(**settings):
        made.append(RoomsEnv(**({"image_size": 48, "episodes": 80, "frames": 200} | settings)))
        return made[-1]

    yield build
    for env in made:
        env.close()


def outside(points, item):
    """Metres from points (N, 2) to the footprint of a piece, 0 within."""
    low, high = item.footprint
    return np.linalg.norm(np.maximum(0, np.maximum(low - points, points - high)), axis=1)


@pytest.mark.parametrize("kind", ROOM_KINDS)
def test_furniture_stands_apart_and_leaves_room(kind):
    for seed in range(12):
        layout, places = furnish(np.random.default_rng(seed), ROOM_KINDS[kind], RADIUS)
        solid = [item for item in layout.placed if not item.piece.flat]
        assert len(solid) >= 2 and len(places)
        for item in layout.placed:
            low, high = item.footprint
            assert (np.abs([low, high]) <= layout.half + 1e-6).all(), item
        for number, item in enumerate(solid):
            low, high = item.footprint
            for other in solid[:number]:
                assert (low >= other.footprint[1]).any() or (high <= other.footprint[0]).any()
            assert outside(places, item).min() > RADIUS
        assert (layout.half - np.abs(places)).min() > RADIUS


def test_each_kind_has_furniture_of_its_own():
    def names(kind):
        drawn = [furnish(np.random.default_rng(s), ROOM_KINDS[kind], RADIUS)[0] for s in range(8)]
        return {item.piece.name for layout in drawn for item in layout.placed}

    found = {kind: names(kind) for kind in ROOM_KINDS}
    assert len(found) >= 8
    for kind, own in found.items():
        others = set.union(*(names for other, names in found.items() if other != kind))
        assert len(own - others) >= 2, kind


def test_seats_face_their_table():
    layout, _ = furnish(np.random.default_rng(1), ROOM_KINDS["dining room"], RADIUS)
    (table,) = [item for item in layout.placed if item.piece.name == "table"]
    seats = [item for item in layout.placed if item.piece.name == "chair"]
    assert seats
    for seat in seats:
        front = seat.to_room(np.array([0.0, 1.0])) - (seat.x, seat.y)
        assert front @ (np.array([table.x, table.y]) - (seat.x, seat.y)) > 0


def test_speeds_change_as_fast_as_they_may_and_no_faster(make):
    env = make()
    env.reset(seed=0, options={"episode": 6})
    env.base.drive(np.array([1.0, 1.5]), 24)
    assert env.base.speed[0] == pytest.approx(ACCELERATION[0] * 0.1, rel=0.05)
    assert env.base.speed[1] == pytest.approx(ACCELERATION[1] * 0.1, rel=0.05)


@pytest.mark.parametrize("episode", range(8))
def test_nothing_is_driven_through(make, episode):
    env = make()
    env.reset(seed=episode, options={"episode": episode})
    solid = [item for item in env.room.layout.placed if not item.piece.flat]
    rng = np.random.default_rng(episode)
    bumped = 0
    for step in range(60):
        if step % 12 == 0:
            turn = rng.uniform(-1.5, 1.5)
        *_, info = env.step(np.array([1.0, turn if step % 12 < 3 else 0.0], np.float32))
        bumped += info["bumped"]
        place = env.base.pose[None, :2]
        assert min(outside(place, item).min() for item in solid) > RADIUS - 0.01
        assert (env.room.layout.half - np.abs(place)).min() > RADIUS - 0.01
    assert bumped  # who drives blindly meets something


def test_a_base_that_is_held_up_knows_that_it_stands(make):
    env = make()
    env.reset(seed=2, options={"episode": 2})
    for _ in range(80):
        *_, info = env.step(AHEAD)
    assert info["bumped"]
    assert abs(info["odometry"][0]) < 0.01


def test_odometry_leads_from_pose_to_pose(make):
    env = make()
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


def test_depth_and_pose_agree_with_the_next_view(make):
    """Points seen in one frame, carried by the poses, are where the next frame sees them."""
    env = make(image_size=96)
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
def test_rooms_have_no_holes(make, episode):
    env = make()
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


def test_the_wanderer_turns_and_drives_and_seldom_bumps(make):
    env = make(image_size=64)
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


def test_noise_is_in_the_odometry_alone(make):
    plain, noisy = make(), make(odometry_noise=0.1)
    for env in (plain, noisy):
        env.reset(seed=3, options={"episode": 3})
    one, other = (env.step(AHEAD)[4] for env in (plain, noisy))
    assert np.array_equal(one["pose"], other["pose"])
    assert not np.array_equal(one["odometry"], other["odometry"])
    np.testing.assert_allclose(one["odometry"], other["odometry"], rtol=0.5, atol=1e-6)


def test_the_head_tilts_within_its_limits(make):
    env = make(tilt=True)
    env.reset(seed=1, options={"episode": 1})
    for _ in range(30):
        env.step(np.array([0, 0, -1], np.float32))
    assert np.degrees(env.mount.pitch) == pytest.approx(-30)
    assert env.explorer(0)(None, env._info(np.zeros(3), False)).shape == (3,)


def test_what_is_asked_for_is_observed(make):
    env = make(depth=True, segmentation=True)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    bodies = range(-1, env.simulation.client.getNumBodies())
    assert len(np.unique(observation["segmentation"])) >= 2
    assert np.isin(observation["segmentation"], bodies).all()
    assert observation["depth"].max() < 10


def test_the_split_follows_from_the_rooms_name(make):
    env = make(image_size=16)
    for episode in range(6):
        env.reset(seed=episode, options={"episode": episode})
        assert env.room.split == split_of(env.room.name)
        assert env.room.kind == list(ROOM_KINDS)[episode]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kinds": ("kichen",)}, "kichen"),
        ({"frames": 0}, "2 to 32768 frames"),
        ({"odometry_noise": -1.0}, "odometry noise"),
        ({"objects": ("houshold",)}, "houshold"),
    ],
)
def test_what_cannot_be_is_said(settings, said):
    with pytest.raises(WorldError, match=said):
        RoomsEnv(**settings)


def test_motion_is_seen_from_the_earlier_pose():
    moved = relative_motion(np.array([1.0, 1.0, np.pi / 2]), np.array([0.5, 2.0, -np.pi + 0.1]))
    np.testing.assert_allclose(moved, [1.0, 0.5, np.pi / 2 + 0.1], atol=1e-9)
