"""An object that has come to rest, for cameras to look at."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.objects.model import ObjectModel
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.turntable.framing import Subject

SETTLE_STEPS = 150


def place(simulation: Simulation, model: ObjectModel) -> tuple[int, Subject]:
    """Let an object settle on the floor of an emptied simulation and fix it there, about the
    origin.

    Returns:
        its body, and where it is.
    """
    simulation.reset()
    client = simulation.client
    ground = client.createMultiBody(0, client.createCollisionShape(client.GEOM_PLANE))
    falling = model.spawn(client, (0, 0, model.extents[2] / 2 + 0.001))
    before = Rotation.from_quat(client.getBasePositionAndOrientation(falling)[1])
    simulation.step(SETTLE_STEPS)
    after = Rotation.from_quat(client.getBasePositionAndOrientation(falling)[1])
    turn = after * before.inv()
    client.removeBody(falling)
    client.removeBody(ground)
    points = turn.apply(model.outline)
    low, high = points.min(axis=0), points.max(axis=0)
    centre = np.array([*(-(low + high) / 2)[:2], -low[2]])
    body = model.spawn(client, centre.tolist(), turn.as_quat().tolist(), fixed=True)
    return body, Subject(points + centre)
