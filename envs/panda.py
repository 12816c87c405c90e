"""The arm: a Franka Panda with a parallel gripper, moved by its joint motors only."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_assets.panda import light_panda
from embodied_ssl_envs.bullet import data_path
from embodied_ssl_envs.cache import cached
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.geometry import wrapped
from embodied_ssl_envs.simulation import Simulation

ARM = tuple(range(7))
FINGERS = (9, 10)
TIP = 11  # the frame between the fingertips: z points out of the hand, y from finger to finger
HOME = np.array([0.0, -1.5, 0.0, -2.7, 0.0, 2.2, np.pi / 4])  # clear of the camera above
READY = np.array([0.0, 0.2, 0.0, -2.2, 0.0, 2.4, np.pi / 4])  # over the table, hand down
FINGERTIP = 0.01  # metres that the fingers reach beyond that frame
OPENING = 0.04  # metres of travel of each finger
# N m: five times the real arm's limits, because a real arm's controller carries its own weight.
ARM_FORCE = 5 * np.array([87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0])
GRIP_FORCE = 12.0  # N on each finger: enough for 0.8 kg, and soft things are not squeezed out
POSITION_GAIN = 0.5  # tracks within 3 mm at the speeds below; higher gains overshoot
WRIST_EYE, WRIST_AIM = (0.07, 0.0, -0.06), (0.0, 0.0, 0.1)  # of the camera, in the tip's frame
WRIST_FOV = 70.0  # degrees
REACHED = (0.005, 0.05)  # metres, radians


@cache
def _description() -> str:
    """Path of the light URDF."""
    text = light_panda(data_path("franka_panda", "panda.urdf")).encode()
    # It names the meshes by their absolute paths: another installation has another file.
    return cached(f"panda-{hashlib.blake2b(text, digest_size=8).hexdigest()}.urdf", lambda: text)


def turned(joints: np.ndarray, azimuth: float) -> np.ndarray:
    """Joint angles (7,) of the arm rotated by ``azimuth`` radians about its base."""
    return np.array([joints[0] + azimuth, *joints[1:]])


def pointing_down(yaw: float, lean: float = 0.0) -> np.ndarray:
    """Quaternion (x, y, z, w) of a hand that points down.

    Args:
        yaw: direction along which the fingers close, radians from the world's x axis. The gripper
            is symmetric, so the yaw counts modulo 180 degrees; the wrist takes the near one.
        lean: radians by which the hand leans about that direction.
    """
    # The hand's y axis (finger to finger) is the world's -y when the wrist joint is at its middle.
    turn = Rotation.from_euler("z", np.mod(yaw, np.pi) - np.pi / 2)
    return (turn * Rotation.from_euler("x", np.pi) * Rotation.from_euler("y", lean)).as_quat()


class Kinematics:
    """Inverse kinematics on a copy of the arm in a simulation of its own.

    Bullet starts the iteration from the arm's current joint angles; the copy always starts from the
    same ones, so the solution depends on the pose alone and stays away from the joint limits.
    """

    def __init__(self) -> None:
        self._simulation = Simulation()
        self._client = self._simulation.client
        self._body = self._client.loadURDF(_description(), useFixedBase=True)

    def solve(self, position: np.ndarray, orientation: np.ndarray) -> np.ndarray:
        """Joint angles (7,) that bring the fingertip frame to a pose.

        Args:
            position: (3,) metres, world frame.
            orientation: quaternion (x, y, z, w).
        """
        for joint, angle in zip(ARM, READY, strict=True):
            self._client.resetJointState(self._body, joint, angle)
        solution = self._client.calculateInverseKinematics(
            self._body, TIP, position, orientation, maxNumIterations=200, residualThreshold=1e-5
        )
        return np.array(solution[:7])

    def reaches(self, position: np.ndarray, orientation: np.ndarray) -> bool:
        """Whether the solution brings the fingertip frame to a pose within the joints' limits."""
        low, high = np.array([self._client.getJointInfo(self._body, j)[8:10] for j in ARM]).T
        middle = (low + high) / 2
        joints = middle + wrapped(self.solve(position, orientation) - middle)
        if not ((low < joints) & (joints < high)).all():
            return False
        for joint, angle in zip(ARM, joints, strict=True):
            self._client.resetJointState(self._body, joint, angle)
        state = self._client.getLinkState(self._body, TIP, computeForwardKinematics=1)
        turn = Rotation.from_quat(state[5]).inv() * Rotation.from_quat(orientation)
        error = np.linalg.norm(np.subtract(state[4], position)), turn.magnitude()
        return bool(np.less(error, REACHED).all())

    def close(self) -> None:
        """Close the copy's simulation."""
        self._simulation.close()


class Panda:
    """The arm in a simulation, its base at the world's origin."""

    def __init__(self, simulation: Simulation, kinematics: Kinematics):
        self.simulation = simulation
        self.kinematics = kinematics
        self.client = client = simulation.client
        self.body = client.loadURDF(_description(), useFixedBase=True)
        gear = client.createConstraint(
            self.body, FINGERS[0], self.body, FINGERS[1],
            client.JOINT_GEAR, (1, 0, 0), (0, 0, 0), (0, 0, 0),
        )  # fmt: skip
        # Bullet ignores the URDF's <mimic>; a gear keeps the fingers symmetric.
        client.changeConstraint(gear, gearRatio=-1, erp=0.1, maxForce=50)
        for finger in FINGERS:
            client.changeDynamics(
                self.body, finger, lateralFriction=1.0, spinningFriction=0.001, rollingFriction=0.0
            )
        self._grip = OPENING
        for joint, angle in zip((*ARM, *FINGERS), (*HOME, OPENING, OPENING), strict=True):
            client.resetJointState(self.body, joint, angle)
        self.target = HOME.copy()
        """The last commanded joint angles of the arm, (7,) radians."""
        self._drive(HOME)

    def _drive(self, joints: np.ndarray) -> None:
        self.client.setJointMotorControlArray(
            self.body,
            (*ARM, *FINGERS),
            self.client.POSITION_CONTROL,
            targetPositions=(*joints, self._grip, self._grip),
            forces=(*ARM_FORCE, GRIP_FORCE, GRIP_FORCE),
            positionGains=(*[POSITION_GAIN] * 7, 0.1, 0.1),
        )

    @property
    def joints(self) -> np.ndarray:
        """Measured arm joint angles, radians, shape (7,)."""
        return np.array([state[0] for state in self.client.getJointStates(self.body, ARM)])

    @property
    def opening(self) -> float:
        """Measured gap between the fingertips, metres."""
        return sum(state[0] for state in self.client.getJointStates(self.body, FINGERS))

    def tip_pose(self) -> tuple[np.ndarray, np.ndarray]:
        """Position (3,) and rotation matrix (3, 3) of the fingertip frame, world frame."""
        state = self.client.getLinkState(self.body, TIP, computeForwardKinematics=1)
        rotation = np.reshape(self.client.getMatrixFromQuaternion(state[5]), (3, 3))
        return np.array(state[4]), rotation

    def move_joints(self, joints: np.ndarray, steps: int) -> None:
        """Drive the arm to joint angles (7,) in ``steps`` steps, starting and ending at rest."""
        start = self.target
        for fraction in np.linspace(0, 1, steps + 1)[1:]:
            self.servo(start + (joints - start) * fraction * fraction * (3 - 2 * fraction))

    def servo(self, joints: np.ndarray) -> None:
        """Command joint angles (7,) near the current ones and advance by one step."""
        self._drive(joints)
        self.simulation.step()
        self.target = np.array(joints, float)

    def move_tip(self, position: np.ndarray, orientation: np.ndarray, steps: int) -> None:
        """Drive the fingertip frame to a pose."""
        self.move_joints(self.kinematics.solve(position, orientation), steps)

    def grip(self, opening: float, steps: int) -> None:
        """Drive each finger to ``opening`` metres from the middle (0 closes the gripper)."""
        self._grip = opening
        self._drive(self.target)
        self.simulation.step(steps)

    def fingertip_force(self) -> float:
        """Sum of the normal contact forces on both fingers, newtons."""
        contacts = self.client.getContactPoints(bodyA=self.body)
        return sum(contact[9] for contact in contacts if contact[3] in FINGERS)

    def held_bodies(self) -> set[int]:
        """Bodies that touch both fingers."""
        touched = [
            {contact[2] for contact in self.client.getContactPoints(self.body, linkIndexA=finger)}
            for finger in FINGERS
        ]
        return set.intersection(*touched) - {self.body}

    def wrist_camera(self, size: int) -> Camera:
        """A camera on the hand, looking past the fingers along the approach direction."""
        position, rotation = self.tip_pose()
        eye, target = position + rotation @ WRIST_EYE, position + rotation @ WRIST_AIM
        return Camera(tuple(eye), tuple(target), tuple(-rotation[:, 0]), WRIST_FOV, size)
