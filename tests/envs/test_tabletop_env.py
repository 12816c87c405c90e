"""The tabletop's episodes, what it observes on request, and objects that are not there."""

import gymnasium
import numpy as np
import pytest

import embodied_ssl_envs  # noqa: F401
from embodied_ssl_envs.errors import WorldError


def test_one_episode_in_ten_is_for_validation():
    env = gymnasium.make("embodied_ssl/Tabletop-v0", image_size=48).unwrapped
    splits = [env.reset(seed=1, options={"episode": e}) and env.split for e in range(10)]
    assert splits.count("val") == 1 and splits.count("train") == 9
    env.close()


def test_depth_and_segmentation_on_request():
    env = gymnasium.make("embodied_ssl/Tabletop-v0", image_size=48, depth=True, segmentation=True)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    assert 0.9 < np.median(observation["overhead_depth"]) < 1.3
    assert len(np.unique(observation["overhead_segmentation"])) > 2
    env.close()


def test_objects_that_are_not_there_are_named():
    with pytest.raises(WorldError, match="nowhere"):
        gymnasium.make("embodied_ssl/Tabletop-v0", objects=("folder:/nowhere",))
