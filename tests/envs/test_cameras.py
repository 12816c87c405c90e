import numpy as np
import pytest

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.simulation import Simulation

CAMERA = Camera(eye=(0.5, 0.1, 1.1), target=(0.45, 0.0, 0.0), up=(1.0, 0.0, 0.0), fov=30, size=96)


def test_a_pixel_looks_back_along_the_ray_that_made_it():
    pixels = np.random.default_rng(0).uniform(0, 96, (50, 2))
    points = CAMERA.on_plane(pixels, height=0.07)
    assert np.allclose(points[:, 2], 0.07)
    assert np.allclose(CAMERA.project(points), pixels)


def test_the_target_is_in_the_middle():
    assert np.allclose(CAMERA.project(np.array(CAMERA.target)), 48)


def test_axes_are_a_right_handed_frame_seen_from_behind_the_camera():
    right, up, forward = CAMERA.axes
    assert np.allclose(CAMERA.axes @ CAMERA.axes.T, np.eye(3))
    assert np.allclose(np.cross(right, up), -forward)


def test_a_crop_shows_the_same_points_at_scaled_pixels():
    points = CAMERA.on_plane(np.array([[40.0, 50.0], [44.0, 61.0]]), height=0.0)
    crop = CAMERA.crop(np.array([42.0, 55.0]), width=24.0)
    expected = (CAMERA.project(points) - [42.0, 55.0]) * 96 / 24 + 48
    assert np.allclose(crop.project(points), expected)


@pytest.fixture
def simulation():
    simulation = Simulation()
    yield simulation
    simulation.close()


def _ball(simulation, position, radius=0.02):
    client = simulation.client
    shape = client.createVisualShape(client.GEOM_SPHERE, radius=radius, rgbaColor=(1, 0, 0, 1))
    return client.createMultiBody(0, -1, shape, basePosition=position)


@pytest.mark.parametrize("camera", [CAMERA, CAMERA.crop(np.array([30.0, 60.0]), 40.0)])
def test_the_renderer_agrees_with_the_camera(simulation, camera):
    place = (0.42, 0.06, 0.05)
    ball = _ball(simulation, place)
    frame = simulation.render(camera, Light(), segmentation=True)
    rows, columns = np.nonzero(frame.segmentation == ball)
    seen = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
    assert np.abs(seen - camera.project(np.array(place))).max() < 1.0
    nearest = frame.depth[rows, columns].min()
    expected = (np.array(place) - camera.eye) @ camera.axes[2] - 0.02
    assert nearest == pytest.approx(expected, abs=0.002)


def test_light_does_not_linger_from_frame_to_frame(simulation):
    _ball(simulation, (0.45, 0.0, 0.0), radius=0.2)
    dim, bright = Light(ambient=0.2, diffuse=0.1), Light(ambient=0.9, diffuse=0.5, shadow=True)
    first = simulation.render(CAMERA, dim).rgb
    simulation.render(CAMERA, bright)
    assert (simulation.render(CAMERA, dim).rgb == first).all()


def test_two_simulations_do_not_see_each_other(simulation):
    other = Simulation()
    empty = other.render(CAMERA, Light()).rgb
    _ball(simulation, (0.45, 0.0, 0.0))
    simulation.reset()
    _ball(simulation, (0.45, 0.0, 0.0))
    assert (other.render(CAMERA, Light()).rgb == empty).all()
    other.close()
    other.close()
    assert simulation.client.getNumBodies() == 1
