"""Actions as one vector."""

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs.flat_actions import FlatActions
from embodied_ssl_envs.tabletop.actions import action_space


class Echo(gymnasium.Env):
    """Remembers what it was told."""

    observation_space = spaces.Box(0, 1, (1,))

    def __init__(self, space):
        self.action_space = space

    def step(self, action):
        assert self.action_space.contains(action), action
        self.told = action
        return np.zeros(1, np.float32), 0.0, False, False, {}


def told(space, vector):
    env = FlatActions(Echo(space))
    env.step(np.array(vector))
    return env.env.told


def test_choices_and_numbers_of_a_dictionary():
    space = action_space()  # interaction (4), point (2), angle (18), end (2)
    env = FlatActions(Echo(space))
    assert env.action_space.shape == (26,)
    vector = np.full(26, -1.0)
    vector[2], vector[4:6], vector[6 + 7], vector[24:26] = 1, (-1, 0.5), 0.5, (0, 1)
    env.step(vector)
    found = env.env.told
    assert found["angle"] == 7 and found["interaction"] == 2
    np.testing.assert_allclose(found["end"], [0.5, 1])
    np.testing.assert_allclose(found["point"], [0, 0.75])


def test_every_vector_is_an_action_and_beyond_the_bounds_it_is_clipped():
    env = FlatActions(Echo(action_space()))
    rng = np.random.default_rng(0)
    for _ in range(100):
        env.step(rng.normal(size=26) * 3)


def test_spaces_without_parts():
    assert told(spaces.Discrete(3, start=5), [0, 2, 1]) == 6
    bounds = spaces.Box(np.float32([[-2, 0]]), np.float32([[2, 10]]))
    np.testing.assert_allclose(told(bounds, [0.5, -1]), [[1, 0]])
    with pytest.raises(TypeError, match="cannot be put into a vector"):
        FlatActions(Echo(spaces.MultiBinary(3)))


@pytest.mark.parametrize("name", ["Tabletop", "Rooms", "Turntable"])
def test_every_world_has_flat_actions(name):
    env = FlatActions(gymnasium.make(f"embodied_ssl/{name}-v0", image_size=16))
    check_env(env.unwrapped, skip_render_check=True, skip_close_check=True)
    env.reset(seed=0)
    env.action_space.seed(0)
    env.step(env.action_space.sample())
    env.close()
