"""A base with two driven wheels: it turns on the spot, drives ahead, and cannot slide or pass."""

from __future__ import annotations

import math

import numpy as np

from embodied_ssl_envs.simulation import TIME_STEP, Simulation

RADIUS = 0.2  # metres
BODY = 1.5  # metres high: nothing in a room reaches over it
CLEARANCE = 0.05  # metres above the floor: it rolls over what is lower
HEIGHT = CLEARANCE + BODY / 2  # metres: of its middle
LIFTED = 1e-4  # metres, where physics is less exact
MASS = 20.0  # kg
ACCELERATION = np.array([1.5, 4.0])  # m/s^2, rad/s^2


class DifferentialDrive:
    """A cylinder moved by physics; furniture and walls stop it.

    Args:
        simulation: the room.
        position: (2,) metres.
        heading: radians, counter-clockwise from x.
    """

    def __init__(self, simulation: Simulation, position: np.ndarray, heading: float):
        self._simulation = simulation
        self._client = client = simulation.client
        client.setGravity(0, 0, 0)  # wheels carry the base, and nothing else here can fall
        shape = client.createCollisionShape(client.GEOM_CYLINDER, radius=RADIUS, height=BODY)
        turn = (0.0, 0.0, float(np.sin(heading / 2)), float(np.cos(heading / 2)))
        where = (*np.asarray(position, float).tolist(), HEIGHT)
        self.body = client.createMultiBody(MASS, shape, simulation.unseen(), where, turn)
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
        """Forward, m/s, and turning, rad/s."""

    @property
    def pose(self) -> np.ndarray:
        """x, y in metres and heading in radians, (3,)."""
        (x, y, _), turn = self._client.getBasePositionAndOrientation(self.body)
        return np.array([x, y, 2 * np.arctan2(turn[2], turn[3])])

    def drive(self, wish: np.ndarray, steps: int) -> bool:
        """Approach a forward speed (m/s) and turn rate (rad/s) for some steps of 1/240 s.

        Returns:
            whether the base bumped into something.
        """
        # The client looks its functions up whenever it is asked for one, so it is asked once; and
        # single numbers are faster than arrays of two.
        client, body = self._client, self.body
        where, push = client.getBasePositionAndOrientation, client.resetBaseVelocity
        touching = client.getContactPoints
        wished_speed, wished_turning = np.asarray(wish, float).tolist()
        most, most_turning = (ACCELERATION * TIME_STEP).tolist()
        speed, turning = self.speed.tolist()
        bumped = False
        for _ in range(steps):
            speed += min(max(wished_speed - speed, -most), most)
            turning += min(max(wished_turning - turning, -most_turning), most_turning)
            (x, y, _), (_, _, *turn) = where(body)
            heading = 2 * math.atan2(*turn)
            ahead = math.cos(heading), math.sin(heading)
            push(body, (speed * ahead[0], speed * ahead[1], 0.0), (0.0, 0.0, turning))
            self._simulation.step()
            if touching(body):
                bumped = True
                self._stay_level()
                # Wheels that are held up stop turning: the speed is what the base really moved.
                (now_x, now_y, _), _ = where(body)
                moved = ((now_x - x) * ahead[0] + (now_y - y) * ahead[1]) / TIME_STEP
                speed = min(max(moved, -abs(speed)), abs(speed))
        self.speed = np.array([speed, turning])
        return bumped

    def _stay_level(self) -> None:
        """Wheels stay on the floor: whatever leans over stops the base and does not lift it."""
        (x, y, z), turn = self._client.getBasePositionAndOrientation(self.body)
        if abs(z - HEIGHT) > LIFTED:
            self._client.resetBasePositionAndOrientation(self.body, (x, y, HEIGHT), turn)


def motion(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Metres ahead and to the left and radians counter-clockwise from a pose (3,) to another."""
    x, y, turn = after - before
    cos, sin = np.cos(before[2]), np.sin(before[2])
    turn = (turn + np.pi) % (2 * np.pi) - np.pi
    return np.array([cos * x + sin * y, cos * y - sin * x, turn])
