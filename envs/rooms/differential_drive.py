"""A mobile base with differential drive: it turns in place and drives forwards."""

from __future__ import annotations

import math

import numpy as np

from embodied_ssl_envs.geometry import wrapped, yaw_quaternion
from embodied_ssl_envs.simulation import TIME_STEP, Simulation

RADIUS = 0.2  # metres
BODY = 1.5  # metres high
CLEARANCE = 0.05  # metres above the floor: the base rolls over what is lower
HEIGHT = CLEARANCE + BODY / 2  # metres: of its centre
LIFTED = 1e-4  # metres: what physics moves it upwards by mistake is less
MASS = 20.0  # kg
ACCELERATION = np.array([1.5, 4.0])  # m/s^2, rad/s^2


class DifferentialDrive:
    """A cylinder moved by physics, which furniture and walls stop.

    Args:
        simulation: of the room.
        position: (2,) metres.
        heading: radians, counter-clockwise from x.
    """

    def __init__(self, simulation: Simulation, position: np.ndarray, heading: float):
        self._simulation = simulation
        self._client = client = simulation.client
        client.setGravity(0, 0, 0)  # wheels carry the base, and nothing else here can fall
        shape = client.createCollisionShape(client.GEOM_CYLINDER, radius=RADIUS, height=BODY)
        where = (*np.asarray(position, float).tolist(), HEIGHT)
        turn = yaw_quaternion(heading)
        self.body = client.createMultiBody(MASS, shape, simulation.invisible_shape(), where, turn)
        client.changeDynamics(
            self.body,
            -1,
            localInertiaDiagonal=(0.0, 0.0, 0.5 * MASS * RADIUS**2),  # it never tips
            lateralFriction=0.0,
            linearDamping=0.0,
            angularDamping=0.0,
            activationState=client.ACTIVATION_STATE_DISABLE_SLEEPING,
        )
        self.speed = np.zeros(2)
        """Forward speed, m/s, and yaw rate, rad/s, (2,)."""

    @property
    def pose(self) -> np.ndarray:
        """x and y, metres, and heading, radians, (3,)."""
        (x, y, _), turn = self._client.getBasePositionAndOrientation(self.body)
        return np.array([x, y, 2 * np.arctan2(turn[2], turn[3])])

    def drive(self, target: np.ndarray, steps: int) -> bool:
        """Accelerate towards a forward speed (m/s) and a yaw rate (rad/s) for some physics steps.

        Returns:
            whether the base collided.
        """
        # The client looks a function up at each access, so it is accessed once; and single numbers
        # are faster than arrays of two.
        client, body = self._client, self.body
        where, push = client.getBasePositionAndOrientation, client.resetBaseVelocity
        touching = client.getContactPoints
        target_speed, target_turning = np.asarray(target, float).tolist()
        most, most_turning = (ACCELERATION * TIME_STEP).tolist()
        speed, turning = self.speed.tolist()
        bumped = False
        for _ in range(steps):
            speed += min(max(target_speed - speed, -most), most)
            turning += min(max(target_turning - turning, -most_turning), most_turning)
            (x, y, _), (_, _, *turn) = where(body)
            heading = 2 * math.atan2(*turn)
            ahead = math.cos(heading), math.sin(heading)
            push(body, (speed * ahead[0], speed * ahead[1], 0.0), (0.0, 0.0, turning))
            self._simulation.step()
            if touching(body):
                bumped = True
                self._stay_level()
                # Blocked wheels stop turning: the speed becomes that of the motion that took place.
                (now_x, now_y, _), _ = where(body)
                moved = ((now_x - x) * ahead[0] + (now_y - y) * ahead[1]) / TIME_STEP
                speed = min(max(moved, -abs(speed)), abs(speed))
        self.speed = np.array([speed, turning])
        return bumped

    def _stay_level(self) -> None:
        """Keep the base on the floor: a sloping surface stops it and does not lift it."""
        (x, y, z), turn = self._client.getBasePositionAndOrientation(self.body)
        if abs(z - HEIGHT) > LIFTED:
            self._client.resetBasePositionAndOrientation(self.body, (x, y, HEIGHT), turn)


def relative_motion(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The motion (3,) from one pose (3,) to another, in the frame of the first.

    Returns:
        metres ahead, metres to the left, and radians counter-clockwise.
    """
    x, y, turn = after - before
    cos, sin = np.cos(before[2]), np.sin(before[2])
    return np.array([cos * x + sin * y, cos * y - sin * x, wrapped(turn)])
