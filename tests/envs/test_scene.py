"""A user's own scene: its bodies, start positions, splits and light."""

from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from urdfs import brick, cube, mesh

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.objects.splits import split_of
from embodied_ssl_envs.rooms.differential_drive import RADIUS


@pytest.mark.parametrize("more", [{}, {"tilt": True, "render_mode": "rgb_array"}])
def test_gymnasium_finds_nothing_to_say(furnished, more):
    env = gymnasium.make("embodied_ssl/Rooms-v0", scene=furnished, image_size=48, **more)
    check_env(env.unwrapped)
    env.close()


def test_every_pixel_shows_something(make_rooms, scene, furnished):
    alone = scene("alone").box("crate", (0.5, 0.5, 0.5), (3, 7, 0)).save()
    for folder in (furnished, alone):
        env = make_rooms(scene=folder, segmentation=True)
        for episode in range(4):
            observation, info = env.reset(seed=episode)
            policy = env.explorer(episode)
            for _ in range(10):
                observation, *_, info = env.step(policy(observation, info))
                assert (observation["segmentation"] >= 0).all()
                assert info["depth"].max() < env.room.sight * 0.999


def test_episodes_begin_in_the_largest_region(make_rooms, scene):
    writer = scene().room(6, 4).box("divider", (0.1, 4, 2), (1, 0, 0))
    writer.box("rug", (1, 1, 0.02), (-1.5, 0, 0)).box("beam", (6, 0.3, 0.3), (0, 0, 1.7))
    env = make_rooms(scene=writer.save())
    env.reset(seed=0)
    places = env.room.places
    assert (places < (1 - 0.05 - RADIUS, 2 - 0.05 - RADIUS)).all()
    on_the_rug = (np.abs(places - (-1.5, 0)) < 0.3).all(axis=1)
    assert on_the_rug.sum() > 20  # what is low is rolled over, and what is high is passed under
    assert len({tuple(env.reset(seed=seed) and env.base.pose) for seed in range(5)}) == 5


def test_starts_are_taken_as_they_are(make_rooms, scene):
    starts = [{"position": [-1, 0.5], "heading": 90}, {"position": [1, 1]}]
    env = make_rooms(scene=scene().room().save(starts=starts))
    begun = set()
    for seed in range(12):
        env.reset(seed=seed)
        begun.add(tuple(np.round(env.base.pose, 6)))
    assert begun == {(-1, 0.5, round(np.pi / 2, 6)), (1, 1, 0)}


def test_degrees_and_quaternions_agree(make_rooms, scene):
    boxes = []
    for turn in ([0, 0, 90], [0, 0, 2, 2]):
        writer = scene(f"turned{len(turn)}").room()
        env = make_rooms(
            scene=writer.box("table", (1, 0.5, 0.7), (1, 1, 0), orientation=turn, scale=1.1).save()
        )
        env.reset(seed=0)
        boxes.append(np.array(env.simulation.client.getAABB(5)))
    np.testing.assert_allclose(*boxes, atol=1e-6)
    np.testing.assert_allclose(np.ptp(boxes[0], axis=0), (0.55, 1.1, 0.77), atol=0.01)


def test_scenes_take_turns_and_only_one_is_train(make_rooms, scene, tmp_path):
    folders = [Path(scene(f"homes/{name}").room().save()) for name in ("b", "h", "a", "c")]
    scene("homes/a").room().save(kind="kitchen")
    env = make_rooms(scene=str(tmp_path / "homes"))
    seen = []
    for episode in range(5):
        env.reset(seed=0, options={"episode": episode})
        seen.append((env.room.name, env.room.kind, env.room.split))
    assert [name for name, _, _ in seen] == [f"scene/{name}" for name in "abcha"]
    assert [kind for _, kind, _ in seen] == ["kitchen", "b", "c", "h", "kitchen"]
    assert all(split == split_of(name) for name, _, split in seen)
    assert seen[3][2] == "test"
    for folder in folders:
        alone = make_rooms(scene=str(folder))
        alone.reset(seed=0)
        assert alone.room.split == "train"


def test_what_is_outside_the_folder_is_part_of_the_scene(make_rooms, scene, tmp_path):
    (tmp_path / "meshes").mkdir()
    outside = tmp_path / "meshes" / "a.obj"
    writer = scene().body("box", brick(mesh("package://meshes/a.obj")), (0, 0, 0))
    digests = []
    for size in (0.5, 0.5, 0.6):
        outside.write_text(cube(size))
        digests.append(make_rooms(scene=writer.save()).rooms.fingerprint)
    assert digests[0] == digests[1] != digests[2]


def test_the_free_space_is_found_once(make_rooms, furnished, monkeypatch):
    first = make_rooms(scene=furnished)
    monkeypatch.setattr("embodied_ssl_envs.urdf.sandbox.MODULE", "nothing.that.is.there")
    second = make_rooms(scene=furnished)
    for env in (first, second):
        env.reset(seed=0)
    np.testing.assert_array_equal(first.room.places, second.room.places)
    assert first.room.places.dtype == float and np.array_equal(first.base.pose, second.base.pose)


def test_the_light_differs_and_the_bodies_stay(make_rooms, furnished):
    env = make_rooms(scene=furnished)
    lights, boxes = [], []
    for seed in range(3):
        env.reset(seed=seed)
        lights.append(env.room.light)
        boxes.append([env.simulation.client.getAABB(body) for body in range(9)])
    assert len(set(lights)) == 3
    assert boxes[0] == boxes[1] == boxes[2]
