"""What every registered world promises."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import embodied_ssl_envs  # noqa: F401  registers the worlds

WORLDS = sorted(name for name in gymnasium.registry if name.startswith("embodied_ssl/"))
OBJECTS = {"val_objects": 2, "test_objects": 2}
SMALL = [
    ("embodied_ssl/Rooms-v0", {"episodes": 4, "frames": 6}),
    ("embodied_ssl/Tabletop-v0", {}),
    ("embodied_ssl/Turntable-v0", OBJECTS),
    ("embodied_ssl/Turntable-v0", {**OBJECTS, "orbit": True}),
]


def test_every_world_is_looked_at():
    assert sorted({name for name, _ in SMALL}) == WORLDS


@pytest.fixture(params=SMALL, ids=["rooms", "tabletop", "turntable", "orbit"])
def make(request):
    made, (world, small) = [], request.param

    def build(**settings):
        made.append(gymnasium.make(world, image_size=48, **small, **settings))
        return made[-1]

    yield build
    for env in made:
        env.close()


def play(env, seed, episode, steps=6):
    """The records of the first steps of an episode played by the world's own explorer."""
    observation, info = env.reset(seed=seed, options={"episode": episode})
    policy = env.unwrapped.explorer(seed + 1)
    records = []
    for _ in range(steps):
        action = policy(observation, info)
        if action is None:
            break
        observation, _, terminated, truncated, info = env.step(action)
        records.append(info["record"])
        if terminated or truncated:
            break
    return records


def same(first, second):
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return np.array_equal(first, second)


def test_gymnasium_finds_nothing_to_say(make):
    check_env(make().unwrapped)
    check_env(make(render_mode="rgb_array").unwrapped)


def test_same_seed_same_bytes_whatever_ran_before(make):
    first = play(make(), 7, 0)
    other = make()
    play(other, 8, 1)
    again = play(other, 7, 0)
    assert first and same(first, again)


def test_another_seed_is_another_episode(make):
    env = make()
    assert not same(play(env, 7, 0, 1), play(env, 8, 0, 1))


def test_two_worlds_in_one_process_do_not_disturb_each_other(make):
    alone = play(make(), 7, 0)
    one, two = make(), make()
    observation, info = one.reset(seed=7, options={"episode": 0})
    policy = one.unwrapped.explorer(8)
    together = []
    for step in range(len(alone)):
        play(two, 100 + step, 2, 1)
        observation, _, _, _, info = one.step(policy(observation, info))
        together.append(info["record"])
    assert same(alone, together)


def test_the_explorer_acts_within_the_action_space(make):
    env = make()
    observation, info = env.reset(seed=3, options={"episode": 3})
    action = env.unwrapped.explorer(4)(observation, info)
    assert action in env.action_space


def test_records_carry_images_of_the_size_asked_for(make):
    for record in play(make(), 5, 0):
        images = [v for v in record.values() if isinstance(v, np.ndarray) and v.dtype == np.uint8]
        images += [image for v in record.values() if isinstance(v, list) for image in v
                   if isinstance(image, np.ndarray)]  # fmt: skip
        assert images
        assert all(image.shape == (48, 48, 3) for image in images)


def test_the_world_can_be_watched(make):
    env = make(render_mode="rgb_array")
    env.reset(seed=0)
    picture = env.render()
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.std() > 5


def test_a_closed_world_stays_closed(make):
    env = make().unwrapped
    env.reset(seed=0)
    env.close()
    env.close()
