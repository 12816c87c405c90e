import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.geometry import wrapped
from embodied_ssl_envs.panda import HOME, OPENING, Kinematics, Panda, pointing_down
from embodied_ssl_envs.simulation import Simulation


@pytest.fixture(scope="module")
def kinematics():
    twin = Kinematics()
    yield twin
    twin.close()


@pytest.fixture
def arm(kinematics):
    simulation = Simulation()
    yield Panda(simulation, kinematics)
    simulation.close()


@pytest.mark.parametrize("yaw", np.radians(np.arange(0, 180, 30)))
def test_the_hand_points_down_and_closes_along_its_yaw(yaw):
    rotation = Rotation.from_quat(pointing_down(yaw))
    assert np.allclose(rotation.apply([0, 0, 1]), [0, 0, -1])
    closing = rotation.apply([0, 1, 0])
    assert abs(closing @ [np.cos(yaw), np.sin(yaw), 0]) == pytest.approx(1)


@pytest.mark.parametrize("place", [(0.35, -0.19, 0.03), (0.65, 0.19, 0.03), (0.5, 0.0, 0.2)])
def test_the_fingertips_arrive_where_they_are_sent(arm, place):
    orientation = pointing_down(0.7)
    arm.move_tip((*place[:2], 0.2), orientation, 160)
    arm.move_tip(place, orientation, 120)
    arm.simulation.step(60)
    position, rotation = arm.tip_pose()
    assert np.linalg.norm(position - place) < 0.003
    assert rotation @ [0, 0, 1] == pytest.approx([0, 0, -1], abs=0.02)


def test_the_fingers_open_and_close_together(arm):
    assert arm.opening == pytest.approx(2 * OPENING, abs=0.002)
    arm.grip(0.0, 120)
    assert arm.opening < 0.002
    assert arm.held_bodies() == set()


def test_the_fingertips_feel_the_weight_of_what_they_press(arm):
    client = arm.client
    half = [0.05, 0.05, 0.02]
    shape = client.createCollisionShape(client.GEOM_BOX, halfExtents=half)
    client.createMultiBody(0, shape, basePosition=(0.5, 0.0, 0.02))
    arm.grip(0.0, 60)
    arm.move_tip((0.5, 0.0, 0.1), pointing_down(0.0), 160)
    assert arm.fingertip_force() == 0
    arm.move_tip((0.5, 0.0, 0.045), pointing_down(0.0), 160)
    arm.simulation.step(60)
    assert arm.fingertip_force() > 5


def test_inverse_kinematics_forgets_what_it_solved_before(kinematics):
    orientation = pointing_down(0.3)
    first = kinematics.solve((0.4, 0.1, 0.1), orientation)
    kinematics.solve((0.6, -0.15, 0.3), pointing_down(2.0))
    assert (kinematics.solve((0.4, 0.1, 0.1), orientation) == first).all()


def test_the_hand_rests_out_of_reach_of_the_tray(arm):
    assert (arm.joints == pytest.approx(HOME)) and arm.tip_pose()[0][2] > 0.2


def test_the_arm_reaches_what_its_joints_allow(kinematics):
    place, down = np.array([0.5, 0.1, 0.2]), Rotation.from_quat(pointing_down(0.0))
    assert kinematics.reaches(place, down.as_quat())
    assert not kinematics.reaches(np.array([1.2, 0.0, 0.2]), down.as_quat())
    turns = [Rotation.from_euler("z", turn) * down for turn in np.radians(np.arange(-180, 181, 5))]
    last = wrapped(np.array([kinematics.solve(place, turn.as_quat())[6] for turn in turns]))
    reached = np.array([kinematics.reaches(place, turn.as_quat()) for turn in turns])
    limit = 2.9671  # of the last joint, radians
    assert (np.abs(last) > limit).any() and not reached[np.abs(last) > limit].any()
    assert reached[np.abs(last) < 2.5].all()
