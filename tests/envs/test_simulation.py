"""A simulation that is reset many times."""

import numpy as np

from embodied_ssl_envs import simulation as module
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.objects.household import build
from embodied_ssl_envs.simulation import Simulation

CAMERA = Camera((0.3, 0.0, 0.2), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 30.0, 48)


def test_now_and_then_it_has_a_new_client_in_which_all_is_the_same(monkeypatch):
    """Bullet keeps every texture until its client is closed."""
    monkeypatch.setattr(module, "RESETS", 3)
    simulation, clients, frames = Simulation(), [], []
    for _ in range(5):
        simulation.reset()
        body = build("household/mug/00001").spawn(simulation.client, (0, 0, 0.1))
        simulation.step(40)
        clients.append(simulation.client)
        frames.append(simulation.render(CAMERA, Light()).rgb)
        pose = simulation.client.getBasePositionAndOrientation(body)
    assert len(set(map(id, clients))) == 3  # at the third and at the sixth reset
    assert all(np.array_equal(frame, frames[0]) for frame in frames) and frames[0].std() > 0
    assert pose[0][2] < 0.1
    simulation.close()
