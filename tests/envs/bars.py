"""A tabletop with one bar at a known place, and acting on it."""

import numpy as np

from embodied_ssl_envs.tabletop.grasp import GRASP_ANGLES, closing_direction

SIZE = 96


class Bar:
    """A bar 12 cm long and 3 cm wide, lying along the world's y axis at a known place."""

    kinds = ("bar",)

    def __init__(self, stiffness=None, place=(0.5, 0.0), half=(0.015, 0.06, 0.02)):
        self.stiffness, self.place, self.half = stiffness, place, half
        self.extents = tuple(2 * side for side in half)
        self.name, self.kind, self.source, self.mass = "test/bar/0", "bar", "test", 0.1
        self.material = type("Material", (), {"name": "tin", "friction": 0.8, "stiffness": 0.0})()

    def sample(self, rng, split):
        return self.name

    def load(self, name):
        return self

    def spawn(self, client, position, orientation=(0, 0, 0, 1), scale=1.0, fixed=False):
        body = client.createMultiBody(
            self.mass,
            client.createCollisionShape(client.GEOM_BOX, halfExtents=self.half),
            client.createVisualShape(
                client.GEOM_BOX, halfExtents=self.half, rgbaColor=(0.9, 0.1, 0.1, 1)
            ),
            (*self.place, self.half[2] + 0.001),
        )
        client.changeDynamics(body, -1, lateralFriction=0.8, spinningFriction=0.001)
        if self.stiffness:
            client.changeDynamics(
                body, -1, contactStiffness=self.stiffness, contactDamping=self.stiffness / 50
            )
        return body


def pixel_of(env, place):
    return env.world.scene.overhead.project(np.array(place, float))


def angle_across(env, yaw):
    """The angle bin whose closing direction is nearest to a world yaw."""
    difference = [abs(np.sin(closing_direction(env.world, a) - yaw)) for a in range(GRASP_ANGLES)]
    return int(np.argmin(difference))


def act(env, interaction, pixel, angle=0, end=(0, 0)):
    point, end = np.float32(pixel) / SIZE, np.float32(end) / SIZE
    action = {"interaction": interaction, "point": point, "angle": angle, "end": end}
    _, reward, _, _, info = env.step(action)
    return info.get("record"), reward, info
