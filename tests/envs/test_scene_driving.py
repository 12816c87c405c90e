"""The mobile base in a user's own scene: which bodies stop it."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from shapely.geometry import box

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.rooms.differential_drive import HEIGHT, RADIUS

SCANS = Path(__file__).parents[2] / "../shared/objects/ocrtoc"
AHEAD = np.array([1.0, 0.0], np.float32)


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
def test_nothing_is_driven_through_or_climbed(make_rooms, furnished, episode):
    env = make_rooms(scene=furnished)
    bumps, deepest = drive_blindly(env, episode)
    assert bumps
    assert deepest < 0.01
    (x, y, z), _ = env.simulation.client.getBasePositionAndOrientation(env.base.body)
    assert abs(x) < 2.5 - RADIUS and abs(y) < 2 - RADIUS
    assert z == pytest.approx(HEIGHT, abs=1e-3)


def test_a_ramp_is_not_climbed(make_rooms, furnished):
    path = Path(furnished) / "scene.yaml"
    path.write_text(path.read_text() + "starts: [{position: [0, -1.2]}]")
    env = make_rooms(scene=furnished)
    env.reset(seed=0)
    for _ in range(50):
        *_, info = env.step(AHEAD)
    (x, _, z), _ = env.simulation.client.getBasePositionAndOrientation(env.base.body)
    assert info["bumped"]
    assert z == pytest.approx(HEIGHT, abs=1e-3)
    assert x + RADIUS == pytest.approx(0.8 + 0.1, abs=0.02)  # where it is 5 cm high


def test_joints_are_held(make_rooms, scene):
    env = make_rooms(scene=scene().room().door((0, -0.5, 0)).save(starts=[{"position": [-1, 0.3]}]))
    env.reset(seed=0)
    for _ in range(40):
        *_, info = env.step(AHEAD)
    assert info["bumped"] and env.base.pose[0] < -RADIUS
    doors = [b for b in range(env.simulation.client.getNumBodies())
             if env.simulation.client.getNumJoints(b)]  # fmt: skip
    assert abs(env.simulation.client.getJointState(doors[0], 0)[0]) < 0.01


def test_a_hollow_mesh_is_driven_in(make_rooms, scene):
    env = make_rooms(
        scene=scene().mesh("flat", l_shaped_flat(), (0, 0, 0)).save(), segmentation=True
    )
    places = env.rooms.build(env.simulation, np.random.default_rng(0), 0).places
    assert len(places) > 500
    assert (places > 0.15 + RADIUS).all() and (places < 4.85 - RADIUS).all()
    assert (places.min(axis=1) < 2.35 - RADIUS).all()
    for episode in range(3):
        bumps, deepest = drive_blindly(env, episode, 60)
        assert bumps and deepest < 0.01


def test_a_mesh_that_counts_as_solid_is_no_room(make_rooms, scene):
    folder = Path(scene().mesh("flat", l_shaped_flat(), (0, 0, 0)).save())
    urdf = folder / "flat.urdf"
    urdf.write_text(urdf.read_text().replace('concave="yes"', ""))
    with pytest.raises(WorldError, match=r'no room to move.*concave="yes"'):
        make_rooms(scene=str(folder))


def test_a_scene_without_a_floor_is_given_one(make_rooms, scene):
    env = make_rooms(scene=scene().box("crate", (0.5, 0.5, 0.5), (3, 7, 0)).save())
    env.reset(seed=0)
    low, high = env.room.places.min(axis=0), env.room.places.max(axis=0)
    assert (low < (2, 6)).all() and (high > (4, 8)).all()
    bumps, deepest = drive_blindly(env, 0, 60)
    assert bumps and deepest < 0.01  # the fence
    assert (np.abs(env.base.pose[:2] - (3, 7)) < 1.76 - RADIUS).all()


@pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not on this machine")
def test_real_scans_make_a_scene(make_rooms, scene):
    writer = scene().room()
    files = sorted(SCANS.glob("*/*/*.urdf"))[:8]
    for number, file in enumerate(files):
        place = [1.5 * (number % 4) - 2.0, 1.0 if number < 4 else -1.0, 0.3]
        writer.bodies.append({"urdf": str(file.resolve()), "position": place, "scale": 3.0})
    env = make_rooms(scene=writer.save(), segmentation=True)
    shown = set()
    for episode in range(6):
        observation, info = env.reset(seed=episode)
        policy = env.explorer(episode)
        for _ in range(20):
            observation, *_, info = env.step(policy(observation, info))
            shown |= set(np.unique(observation["segmentation"]))
            assert depth(env) < 0.01
    assert len(shown & set(range(5, 5 + len(files)))) >= 4
