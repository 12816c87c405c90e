"""An agent of Stable-Baselines3 acts on the tabletop."""

import numpy as np
import pytest

import embodied_ssl
from embodied_ssl_envs.flat_actions import FlatActions

stable_baselines3 = pytest.importorskip("stable_baselines3")


def test_it_collects_and_learns_from_a_few_interactions():
    env = FlatActions(embodied_ssl.make("tabletop", image_size=36, objects=("blobs",)))
    agent = stable_baselines3.PPO(
        "MultiInputPolicy", env, n_steps=8, batch_size=8, n_epochs=1, seed=0, device="cpu"
    )
    before = [weights.clone() for weights in agent.policy.parameters()]
    agent.learn(8)
    assert any((a != b).any() for a, b in zip(before, agent.policy.parameters(), strict=True))
    observation, _ = env.reset(seed=1)
    action, _ = agent.predict(observation)
    observation, reward, over, cut, _ = env.step(action)
    assert np.isfinite(reward) and isinstance(over or cut, bool)
    env.close()
