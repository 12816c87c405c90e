"""Bullet's window: asked for, paced by the clock, and refused where there is no display."""

import time

import numpy as np
import pytest

from embodied_ssl import cli
from embodied_ssl_envs import simulation
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.rooms.onlooker import camera_above
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.tabletop.onlooker import ONLOOKER


def test_without_a_display_it_is_refused_in_one_line(command, stored, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    status, output, errors = command("replay", stored("turntable"), "--episode", 0, "--gui")
    assert status == cli.USAGE_ERROR and not output
    assert errors.startswith("error: --gui needs a display") and errors.count("\n") == 1


@pytest.fixture
def window(monkeypatch):
    """As if there were a display: modes of the connections, and what the clock was waited for."""
    modes, waited, now = [], [], [0.0]
    client = simulation.Client

    def connect(mode):
        modes.append(mode)
        return client(simulation.pybullet.DIRECT)

    def sleep(seconds):
        waited.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(simulation, "has_display", lambda: True)
    monkeypatch.setattr(simulation, "Client", connect)
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return modes, waited


@pytest.mark.parametrize(("world", "seconds"), [("rooms", 4 * 24 / 240), ("turntable", 3 / 4)])
def test_the_option_opens_the_window_in_real_time(command, stored, window, world, seconds):
    modes, waited = window
    status, output, errors = command("replay", stored(world), "--episode", 1, "--gui")
    assert status == 0 and "every byte is as it is stored" in output, errors
    assert modes.count(simulation.pybullet.GUI) == 1
    assert np.isclose(sum(waited), seconds)


def test_a_window_that_is_closed_is_one_line(command, stored, window, monkeypatch):
    step = Simulation.step

    def closed(simulation, count=1):
        if window[1]:
            simulation.client.disconnect()
        step(simulation, count)

    monkeypatch.setattr(Simulation, "step", closed)
    status, _, errors = command("replay", stored("rooms"), "--episode", 0, "--gui")
    assert status == cli.USAGE_ERROR and "error: the window was closed before the end." in errors


def test_a_world_without_a_window_is_one_line(command, counted, window):
    status, _, errors = command("replay", counted, "--episode", 0, "--gui")
    assert status == cli.USAGE_ERROR and "counting:Counting has no window of Bullet's" in errors


@pytest.mark.parametrize(
    "camera", [ONLOOKER, Camera(eye=(-1, 2, 0.5), target=(0.3, 0.1, 0.9)),
               camera_above(np.array([[-3, -2], [2, 3]]), 100)]
)  # fmt: skip
def test_the_window_shows_what_a_camera_sees(camera, monkeypatch):
    shown, world = [], Simulation()
    monkeypatch.setattr(
        world.client,
        "resetDebugVisualizerCamera",
        lambda *where: shown.append(where),
        raising=False,
    )
    world.show_from(camera)
    distance, yaw, pitch, target = shown[0]
    view = world.client.computeViewMatrixFromYawPitchRoll(target, distance, yaw, pitch, 0, 2)
    np.testing.assert_allclose(view, camera.view_matrix(), atol=1e-5)
    world.close()


def test_watchers_are_called_every_so_many_steps():
    world, seen = Simulation(), []
    with world.watched(lambda: seen.append("a")), world.watched(lambda: seen.append("b"), 3):
        world.step(7)
    world.step(5)
    world.close()
    assert seen.count("a") == 7 and seen.count("b") == 2
    assert world.is_open is False
