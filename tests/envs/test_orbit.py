"""An orbit: one studio for all views of an object, and cartons that hide it from some sides."""

from itertools import combinations, product

import gymnasium
import numpy as np
import pytest
from shapely import MultiPoint

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.errors import WorldError

SETTINGS = {"image_size": 64, "val_objects": 8, "test_objects": 8, "orbit": True}


@pytest.fixture(scope="module")
def env():
    env = gymnasium.make("embodied_ssl/Turntable-v0", **SETTINGS).unwrapped
    yield env
    env.close()


def bodies(env, elevation, azimuth):
    """The body that each pixel of a view shows, (64, 64)."""
    camera = env.views.camera(elevation, azimuth)
    return env.simulation.render(camera, env.views._light, segmentation=True).segmentation


def test_records_say_where_the_camera_is(env):
    env.reset(seed=1, options={"episode": 9})
    records = [env.step(view)[4]["record"] for view in range(env.steps_per_episode)]
    places = {(record["elevation"], record["azimuth"]): record["role"] for record in records}
    assert len(records) == len(places) == 24
    assert {elevation for elevation, _ in places} == {15.0, 45.0, 75.0}
    assert sorted({azimuth for _, azimuth in places}) == [45.0 * k for k in range(8)]
    assert all((role == "query") == (height == 45) for (height, _), role in places.items())


def test_nothing_but_the_camera_moves(env):
    env.reset(seed=1, options={"episode": 3})
    first = [env.step(view)[0] for view in (0, 9, 20)]
    assert 1 + 5 + 1 <= env.simulation.client.getNumBodies() <= 1 + 5 + 3
    assert all(np.array_equal(env.step(view)[0], image)
               for view, image in zip((20, 0, 9), (first[2], *first[:2]), strict=True))  # fmt: skip


def test_the_camera_looks_at_the_object_from_where_it_was_sent(env):
    env.reset(seed=1, options={"episode": 3})
    middle = env.subject.middle
    away = [
        np.subtract(env.views.camera(e, a).eye, middle) for e, a in ((15, 0), (15, 90), (75, 0))
    ]
    distance = np.linalg.norm(away, axis=1)
    assert np.allclose(distance, distance[0])
    height = np.degrees(np.arcsin(np.array(away)[:, 2] / distance))
    assert np.allclose(height, (15, 15, 75))
    assert np.dot(away[0][:2], away[1][:2]) == pytest.approx(0, abs=1e-9)
    pixels = env.views.camera(45, 0).project(middle[None])
    assert np.allclose(pixels, 32)


def test_no_view_shows_a_void(env):
    for episode in (0, 5, 12):
        env.reset(seed=episode, options={"episode": episode})
        for elevation in (15, 75):
            for azimuth in range(0, 360, 45):
                assert (bodies(env, elevation, azimuth) >= 0).all()


def test_cartons_hide_objects_from_some_sides_and_not_from_above(env):
    """What is visible of each object, against what would be without the cartons."""
    client = env.simulation.client
    hidden = {15: [], 75: []}
    for episode in range(8):
        env.reset(seed=episode, options={"episode": episode})
        stations = [(e, a) for e in (15, 75) for a in range(0, 360, 45)]
        before = [bodies(env, *station) for station in stations]
        numbers = [client.getBodyUniqueId(k) for k in range(client.getNumBodies())]
        subject, cartons = numbers[0], numbers[6:]  # the studio's five panels lie between
        assert cartons and all((np.isin(each, numbers)).all() for each in before)
        for carton in cartons:
            client.removeBody(carton)
        for (elevation, azimuth), seen in zip(stations, before, strict=True):
            all_of_it = (bodies(env, elevation, azimuth) == subject).sum()
            hidden[elevation].append(1 - (seen == subject).sum() / all_of_it)
    assert np.max(hidden[75]) < 0.05
    assert np.mean(np.array(hidden[15]) > 0.3) > 0.1 and np.median(hidden[15]) < 0.2


def test_cartons_touch_neither_the_object_nor_each_other(env):
    client = env.simulation.client
    for episode in range(16):
        env.reset(seed=episode, options={"episode": episode})
        subject = env.subject.points[:, :2]
        cartons = []
        for k in range(6, client.getNumBodies()):
            body = client.getBodyUniqueId(k)
            centre, turn = client.getBasePositionAndOrientation(body)
            (shape,) = client.getVisualShapeData(body)
            half = np.array(shape[3]) / 2
            turned = np.array(client.getMatrixFromQuaternion(turn)).reshape(3, 3)[:2, :2]
            corners = np.array(list(product((-1, 1), (-1, 1)))) * half[:2] @ turned.T
            cartons.append(MultiPoint(centre[:2] + corners).convex_hull)
        things = [MultiPoint(subject).convex_hull, *cartons]
        assert all(one.distance(other) > 0 for one, other in combinations(things, 2))


def test_impossible_counts_are_refused():
    with pytest.raises(WorldError, match="azimuths must be a whole number from 1 to 360"):
        gymnasium.make("embodied_ssl/Turntable-v0", **SETTINGS, azimuths=361)
