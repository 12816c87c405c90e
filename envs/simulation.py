"""One Bullet simulation: physics steps, rendering, and the time that each takes."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NoReturn

import numpy as np

from embodied_ssl_envs.bullet import Client, data_path, pybullet, silence
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Frame, Light

STEPS_PER_SECOND = 240  # Bullet's default, for which its contact settings are tuned
TIME_STEP = 1 / STEPS_PER_SECOND  # seconds
GRAVITY = -9.81  # m/s^2
RESETS = 50  # of a client, which takes 0.03 s to open


def has_display() -> bool:
    """Whether Bullet can open its window; where it can not, it ends the whole process."""
    return sys.platform != "linux" or _x_server_answers(os.environ.get("DISPLAY", ""))


def _x_server_answers(display: str) -> bool:
    """Whether there is an X server at a place such as ``:0`` or ``host:10.0``."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdecimal():
        return False
    local = f"/tmp/.X11-unix/X{number}"
    places = [local, f"\0{local}"] if host in ("", "unix") else [(host, 6000 + int(number))]
    for place in places:
        family = socket.AF_UNIX if isinstance(place, str) else socket.AF_INET
        with socket.socket(family) as end, contextlib.suppress(OSError):
            end.settimeout(2)
            end.connect(place)
            return True
    return False


class Uncopied:
    """What holds a simulation: a copy would share its world, and nothing could tell the two apart.

    Copying and pickling raise a TypeError.
    """

    def __reduce_ex__(self, protocol: int) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} cannot be copied nor pickled, because its world is Bullet's: "
            "make another, and reset it with the same seed"
        )


class Simulation(Uncopied):
    """A Bullet simulation with a physics client of its own, so that one process can hold several.

    Args:
        window: show Bullet's window; without effect on a machine without a display.
        segmenting: give every frame its segmentation.
        keeping_depth: let records have the depth of frames.
    """

    def __init__(self, window: bool = False, segmenting: bool = False, keeping_depth: bool = False):
        self._segmenting, self._keeping_depth = segmenting, keeping_depth
        self._shown, self._resets = window and has_display(), 0
        self._connect()
        self.seconds: Counter[str] = Counter()
        """Wall-clock seconds spent so far in ``physics`` and ``rendering``."""
        self._watchers: list[Callable[[], None]] = []
        self.reset()

    def _connect(self) -> None:
        with silence():
            self.client = Client(pybullet.GUI if self._shown else pybullet.DIRECT)
        self.client.setAdditionalSearchPath(str(data_path()))

    def reset(self) -> None:
        """Remove all bodies, and set gravity and solver settings, which Bullet resets too.

        Bullet keeps every texture that was ever loaded until its client is closed: now and then
        there is a new ``client``.
        """
        self._resets += 1
        if self._resets % RESETS or self._shown:
            self.client.resetSimulation()
        else:
            self.client.close()
            self._connect()
        self.client.setGravity(0, 0, GRAVITY)
        self.client.setPhysicsEngineParameter(
            fixedTimeStep=TIME_STEP,
            numSolverIterations=50,
            deterministicOverlappingPairs=1,
            contactBreakingThreshold=0.005,
        )

    def step(self, count: int = 1) -> None:
        """Advance the physics by ``count`` steps of ``TIME_STEP``."""
        start = time.perf_counter()
        for _ in range(count):
            self.client.stepSimulation()
            for after_step in self._watchers:
                after_step()
        self.seconds["physics"] += time.perf_counter() - start

    @contextlib.contextmanager
    def watched(self, watch: Callable[[], None], every: int = 1) -> Iterator[None]:
        """Meanwhile call a function after each ``every`` steps of physics; it may look, and change
        nothing."""
        passed = itertools.count(1)

        def after_step() -> None:
            if next(passed) % every == 0:
                watch()

        self._watchers.append(after_step)
        try:
            yield
        finally:
            self._watchers.remove(after_step)

    def show_from(self, camera: Camera) -> None:
        """Have the window, if there is one, show what a camera sees."""
        ahead = np.subtract(camera.target, camera.eye)
        distance = float(np.linalg.norm(ahead))
        yaw = np.degrees(np.arctan2(-ahead[0], ahead[1]))
        pitch = np.degrees(np.arcsin(ahead[2] / distance))
        self.client.resetDebugVisualizerCamera(
            distance, float(yaw), float(pitch), list(camera.target)
        )

    def render(self, camera: Camera, light: Light, segmentation: bool = False) -> Frame:
        """Render the simulation from ``camera`` in software, the same on every machine."""
        start = time.perf_counter()
        segmentation = segmentation or self._segmenting
        # Light and shadow are passed every time: the renderer keeps the last ones otherwise.
        _, _, rgba, depth, bodies = self.client.getCameraImage(
            camera.size,
            camera.size,
            viewMatrix=camera.view_matrix(),
            projectionMatrix=camera.projection_matrix(),
            lightDirection=light.direction,
            lightColor=light.color,
            lightDistance=4.0,
            shadow=int(light.shadow),
            lightAmbientCoeff=light.ambient,
            lightDiffuseCoeff=light.diffuse,
            lightSpecularCoeff=light.specular,
            renderer=self.client.ER_TINY_RENDERER,
            flags=0 if segmentation else self.client.ER_NO_SEGMENTATION_MASK,
        )
        shape = (camera.size, camera.size)
        frame = Frame(
            rgb=np.ascontiguousarray(np.reshape(rgba, (*shape, 4))[..., :3], dtype=np.uint8),
            depth=camera.metric_depth(np.reshape(depth, shape)).astype(np.float32),
            segmentation=np.reshape(bodies, shape).astype(np.int32) if segmentation else None,
            keeps_depth=self._keeping_depth,
            camera=camera,
        )
        self.seconds["rendering"] += time.perf_counter() - start
        return frame

    def invisible_shape(self) -> int:
        """Bullet's id of a visual shape for a body that only collides; without a visual shape
        Bullet draws the collision shape."""
        client = self.client
        speck = [1e-6] * 3
        below = (0.0, 0.0, -50.0)  # metres
        return client.createVisualShape(
            client.GEOM_BOX, halfExtents=speck, visualFramePosition=below
        )

    @property
    def is_open(self) -> bool:
        """Whether it can go on: whoever closes the window ends it."""
        return bool(self.client.isConnected())

    def close(self) -> None:
        """Disconnect; safe to call twice."""
        with silence():
            self.client.close()
