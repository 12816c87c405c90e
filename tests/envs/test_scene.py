"""A user's own scene: bodies that stop the base, a floor, free places to begin."""

from pathlib import Path

import gymnasium
import numpy as np
import pytest
import trimesh
from gymnasium.utils.env_checker import check_env
from shapely.geometry import box

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.splits import split_of
from embodied_ssl_envs.rooms.differential_drive import HEIGHT, RADIUS
from embodied_ssl_envs.rooms.env import RoomsEnv

SCANS = Path(__file__).parents[2] / "../shared/objects/ocrtoc"
AHEAD = np.array([1.0, 0.0], np.float32)


@pytest.fixture
def make():
    made = []

    def build(scene, **settings):
        made.append(RoomsEnv(scene=scene, **({"image_size": 48, "frames": 500} | settings)))
        return made[-1]

    yield build
    for env in made:
        env.close()


@pytest.fixture
def furnished(scene):
    """A room with a table, a ramp, a ball, a mug on a shelf of its own, and a door."""
    ramp = trimesh.convex.convex_hull(
        [(x, y, z) for x, z in ((0, 0), (1, 0), (1, 0.5)) for y in (-0.3, 0.3)]
    )
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.4)
    writer = scene().room().box("table", (1.0, 0.6, 0.7), (1.2, 1, 0), orientation=[0, 0, 30])
    writer.mesh("ramp", ramp, (0.8, -1.2, 0)).mesh("ball", ball, (-1.5, 1, 0.4))
    return writer.door((-1, -1.9, 0)).save()


def l_shaped_flat():
    """Walls and floor as one hollow mesh: the square from 0 to 5 without its far quarter."""
    outline = box(0, 0, 5, 5).difference(box(2.5, 2.5, 5, 5))
    inner = outline.buffer(-0.15, join_style="mitre")
    walls = trimesh.creation.extrude_polygon(outline.difference(inner), 2.5)
    floor = trimesh.creation.extrude_polygon(outline, 0.1)
    return trimesh.util.concatenate([walls, floor.apply_translation((0, 0, -0.1))])


def depth(env):
    """Metres that the base is within any other body."""
    client, base = env.simulation.client, env.base.body
    others = set(range(client.getNumBodies())) - {base}
    found = [point[8] for other in others for point in client.getClosestPoints(base, other, 0.0)]
    return -min(found, default=0.0)


@pytest.mark.parametrize("more", [{}, {"tilt": True, "render_mode": "rgb_array"}])
def test_gymnasium_finds_nothing_to_say(furnished, more):
    env = gymnasium.make("embodied_ssl/Rooms-v0", scene=furnished, image_size=48, **more)
    check_env(env.unwrapped)
    env.close()


def drive_blindly(env, episode, steps=80):
    """Bumps and greatest depth of a base that drives ahead and turns now and then."""
    env.reset(seed=episode, options={"episode": episode})
    rng = np.random.default_rng(episode)
    bumps, deepest = 0, 0.0
    for step in range(steps):
        if step % 16 == 0:
            turn = rng.uniform(-1, 1)
        *_, info = env.step(np.array([1.0, turn if step % 16 < 4 else 0.0], np.float32))
        bumps += info["bumped"]
        deepest = max(deepest, depth(env))
    return bumps, deepest


@pytest.mark.parametrize("episode", range(6))
def test_nothing_is_driven_through_or_climbed(make, furnished, episode):
    env = make(furnished)
    bumps, deepest = drive_blindly(env, episode)
    assert bumps
    assert deepest < 0.01
    (x, y, z), _ = env.simulation.client.getBasePositionAndOrientation(env.base.body)
    assert abs(x) < 2.5 - RADIUS and abs(y) < 2 - RADIUS
    assert z == pytest.approx(HEIGHT, abs=1e-3)


def test_a_ramp_is_not_climbed(make, furnished):
    path = Path(furnished) / "scene.yaml"
    path.write_text(path.read_text() + "starts: [{position: [0, -1.2]}]")
    env = make(furnished)
    env.reset(seed=0)
    for _ in range(50):
        *_, info = env.step(AHEAD)
    (x, _, z), _ = env.simulation.client.getBasePositionAndOrientation(env.base.body)
    assert info["bumped"]
    assert z == pytest.approx(HEIGHT, abs=1e-3)
    assert x + RADIUS == pytest.approx(0.8 + 0.1, abs=0.02)  # where it is 5 cm high


def test_joints_are_held(make, scene):
    env = make(scene().room().door((0, -0.5, 0)).save(starts=[{"position": [-1, 0.3]}]))
    env.reset(seed=0)
    for _ in range(40):
        *_, info = env.step(AHEAD)
    assert info["bumped"] and env.base.pose[0] < -RADIUS
    doors = [b for b in range(env.simulation.client.getNumBodies())
             if env.simulation.client.getNumJoints(b)]  # fmt: skip
    assert abs(env.simulation.client.getJointState(doors[0], 0)[0]) < 0.01


def test_a_hollow_mesh_is_driven_in(make, scene):
    env = make(scene().mesh("flat", l_shaped_flat(), (0, 0, 0)).save(), segmentation=True)
    places = env.rooms.build(env.simulation, np.random.default_rng(0), 0).places
    assert len(places) > 500
    assert (places > 0.15 + RADIUS).all() and (places < 4.85 - RADIUS).all()
    assert (places.min(axis=1) < 2.35 - RADIUS).all()
    for episode in range(3):
        bumps, deepest = drive_blindly(env, episode, 60)
        assert bumps and deepest < 0.01


def test_a_mesh_that_counts_as_solid_is_no_room(make, scene):
    folder = Path(scene().mesh("flat", l_shaped_flat(), (0, 0, 0)).save())
    urdf = folder / "flat.urdf"
    urdf.write_text(urdf.read_text().replace('concave="yes"', ""))
    with pytest.raises(WorldError, match=r'no room to move.*concave="yes"'):
        make(str(folder))


def test_every_pixel_shows_something(make, scene, furnished):
    alone = scene("alone").box("crate", (0.5, 0.5, 0.5), (3, 7, 0)).save()
    for folder in (furnished, alone):
        env = make(folder, segmentation=True)
        for episode in range(4):
            observation, info = env.reset(seed=episode)
            policy = env.explorer(episode)
            for _ in range(10):
                observation, *_, info = env.step(policy(observation, info))
                assert (observation["segmentation"] >= 0).all()
                assert info["depth"].max() < env.room.sight * 0.999


def test_episodes_begin_in_the_largest_region(make, scene):
    writer = scene().room(6, 4).box("divider", (0.1, 4, 2), (1, 0, 0))
    writer.box("rug", (1, 1, 0.02), (-1.5, 0, 0)).box("beam", (6, 0.3, 0.3), (0, 0, 1.7))
    env = make(writer.save())
    env.reset(seed=0)
    places = env.room.places
    assert (places < (1 - 0.05 - RADIUS, 2 - 0.05 - RADIUS)).all()
    on_the_rug = (np.abs(places - (-1.5, 0)) < 0.3).all(axis=1)
    assert on_the_rug.sum() > 20  # what is low is rolled over, and what is high is passed under
    assert len({tuple(env.reset(seed=seed) and env.base.pose) for seed in range(5)}) == 5


def test_a_scene_without_a_floor_is_given_one(make, scene):
    env = make(scene().box("crate", (0.5, 0.5, 0.5), (3, 7, 0)).save())
    env.reset(seed=0)
    low, high = env.room.places.min(axis=0), env.room.places.max(axis=0)
    assert (low < (2, 6)).all() and (high > (4, 8)).all()
    bumps, deepest = drive_blindly(env, 0, 60)
    assert bumps and deepest < 0.01  # the fence
    assert (np.abs(env.base.pose[:2] - (3, 7)) < 1.76 - RADIUS).all()


def test_starts_are_taken_as_they_are(make, scene):
    starts = [{"position": [-1, 0.5], "heading": 90}, {"position": [1, 1]}]
    env = make(scene().room().save(starts=starts))
    begun = set()
    for seed in range(12):
        env.reset(seed=seed)
        begun.add(tuple(np.round(env.base.pose, 6)))
    assert begun == {(-1, 0.5, round(np.pi / 2, 6)), (1, 1, 0)}


def test_degrees_and_quaternions_agree(make, scene):
    boxes = []
    for turn in ([0, 0, 90], [0, 0, 2, 2]):
        writer = scene(f"turned{len(turn)}").room()
        env = make(
            writer.box("table", (1, 0.5, 0.7), (1, 1, 0), orientation=turn, scale=1.1).save()
        )
        env.reset(seed=0)
        boxes.append(np.array(env.simulation.client.getAABB(5)))
    np.testing.assert_allclose(*boxes, atol=1e-6)
    np.testing.assert_allclose(np.ptp(boxes[0], axis=0), (0.55, 1.1, 0.77), atol=0.01)


def test_scenes_take_turns_and_only_one_is_train(make, scene, tmp_path):
    folders = [Path(scene(f"homes/{name}").room().save()) for name in ("b", "d", "a", "c")]
    scene("homes/a").room().save(kind="kitchen")
    env = make(str(tmp_path / "homes"))
    seen = []
    for episode in range(5):
        env.reset(seed=0, options={"episode": episode})
        seen.append((env.room.name, env.room.kind, env.room.split))
    assert [name for name, _, _ in seen] == [f"scene/{name}" for name in "abcda"]
    assert [kind for _, kind, _ in seen] == ["kitchen", "b", "c", "d", "kitchen"]
    assert all(split == split_of(name) for name, _, split in seen)
    for folder in folders:
        alone = make(str(folder))
        alone.reset(seed=0)
        assert alone.room.split == "train"


def test_the_light_differs_and_the_bodies_stay(make, furnished):
    env = make(furnished)
    lights, boxes = [], []
    for seed in range(3):
        env.reset(seed=seed)
        lights.append(env.room.light)
        boxes.append([env.simulation.client.getAABB(body) for body in range(9)])
    assert len(set(lights)) == 3
    assert boxes[0] == boxes[1] == boxes[2]


@pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not on this machine")
def test_real_scans_make_a_scene(make, scene):
    writer = scene().room()
    files = sorted(SCANS.glob("*/*/*.urdf"))[:8]
    for number, file in enumerate(files):
        place = [1.5 * (number % 4) - 2.0, 1.0 if number < 4 else -1.0, 0.3]
        writer.bodies.append({"urdf": str(file.resolve()), "position": place, "scale": 3.0})
    env = make(writer.save(), segmentation=True)
    shown = set()
    for episode in range(6):
        observation, info = env.reset(seed=episode)
        policy = env.explorer(episode)
        for _ in range(20):
            observation, *_, info = env.step(policy(observation, info))
            shown |= set(np.unique(observation["segmentation"]))
            assert depth(env) < 0.01
    assert len(shown & set(range(5, 5 + len(files)))) >= 4
