"""One episode's world: the arm, the objects before it, and what its cameras see."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.objects import ObjectModel, ObjectSet
from embodied_ssl_envs.panda import HOME, Kinematics, Panda
from embodied_ssl_envs.simulation import Frame, Simulation
from embodied_ssl_envs.tabletop.perception import Blob, find_blobs, foreground
from embodied_ssl_envs.tabletop.scene import REACH, build_scene

APART = 0.1  # metres between the places where objects are let fall
SETTLE_STEPS = 240
CLEARANCE = 0.2  # metres above the table at which the arm travels
TRAVEL_STEPS = 80


class TabletopWorld:
    """Everything that stands, lies and moves in one episode."""

    def __init__(
        self,
        simulation: Simulation,
        kinematics: Kinematics,
        rng: np.random.Generator,
        objects: ObjectSet,
        split: str,
        max_objects: int,
        image_size: int,
    ):
        simulation.reset()
        self.simulation = simulation
        self.rng = rng
        self.image_size = image_size
        self.scene = build_scene(simulation, rng, image_size)
        self.arm = Panda(simulation, kinematics)
        self.background = self.photograph()
        self.objects: dict[int, ObjectModel] = {}
        self._drop(objects, split, max_objects)
        self.look_down()

    def _drop(self, objects: ObjectSet, split: str, most: int) -> None:
        """Let one to ``most`` objects fall onto the tray and come to rest."""
        places: list[np.ndarray] = []
        for number in range(int(self.rng.integers(1, most + 1))):
            model = objects.load(objects.sample(self.rng, split))
            for _ in range(20):
                place = self.rng.uniform(*REACH)
                if all(np.linalg.norm(place - other) > APART for other in places):
                    break
            places.append(place)
            # As often as not an object stands; else it lands as it may.
            turn = Rotation.from_euler("z", self.rng.uniform(0, 2 * np.pi))
            if self.rng.random() < 0.5:
                turn = Rotation.random(rng=self.rng)
            height = 0.5 * float(np.linalg.norm(model.extents)) + 0.02 + 0.02 * number
            body = model.spawn(
                self.simulation.client,
                (*place.tolist(), height),
                turn.as_quat().tolist(),
                scale=float(self.rng.uniform(0.85, 1.15)),
            )
            self.objects[body] = model
        self.simulation.step(SETTLE_STEPS)

    def photograph(self, camera: Camera | None = None, segmentation: bool = False) -> Frame:
        """What a camera sees in the light above the table; the overhead camera by default."""
        return self.simulation.render(camera or self.scene.overhead, self.scene.light, segmentation)

    def look_down(self) -> Frame:
        """Photograph the tray from above and find what lies on it."""
        self.overhead = self.photograph()
        self.foreground = foreground(self.overhead, self.background, self.scene.overhead)
        return self.overhead

    def blobs(self) -> list[Blob]:
        """What lies within reach, as of the last look down."""
        return find_blobs(self.foreground, self.scene.overhead)

    def crop(self, pixel: np.ndarray, width: float) -> Camera:
        """The overhead camera's exact crop about ``pixel``, ``width`` metres wide at the table."""
        camera = self.scene.overhead
        middle = camera.on_plane(np.array([[0.0, 0.5], [1.0, 0.5]]) * camera.size, height=0.0)
        field = float(np.linalg.norm(middle[1] - middle[0]))
        return camera.crop(pixel, width / field * camera.size)

    def hover(self, point: np.ndarray, orientation: np.ndarray) -> Frame:
        """Bring the hand above ``point`` (3,) and photograph it with the wrist camera."""
        self.arm.move_tip((point[0], point[1], CLEARANCE), orientation, TRAVEL_STEPS)
        return self.photograph(self.arm.wrist_camera(self.image_size))

    def retract(self) -> None:
        """Take the arm out of the overhead camera's sight."""
        self.arm.move_joints(HOME, TRAVEL_STEPS)

    def clear_floor(self) -> None:
        """Take away what has fallen off the table."""
        for body, (position, _) in self.poses().items():
            if position[2] < -0.05:
                self.simulation.client.removeBody(body)
                del self.objects[body]

    # The simulator's own knowledge: labels for analysis, never seen by the robot.

    def poses(self) -> dict[int, tuple[np.ndarray, float]]:
        """Position (3,) metres and yaw in radians of every object."""
        poses = {}
        for body in self.objects:
            position, orientation = self.simulation.client.getBasePositionAndOrientation(body)
            yaw = float(Rotation.from_quat(orientation).as_rotvec()[2])
            poses[body] = (np.array(position), yaw)
        return poses

    def nearest_object(self, point: np.ndarray) -> int | None:
        """The body whose surface is nearest to ``point``, by its bounding box."""

        def distance(body: int) -> float:
            low, high = np.array(self.simulation.client.getAABB(body))
            return float(np.linalg.norm(np.maximum(0, np.maximum(low - point, point - high))))

        return min(self.objects, key=distance, default=None)

    def label(self, body: int | None) -> dict[str, Any] | None:
        """The ``object`` column of a record."""
        if body is None:
            return None
        model = self.objects[body]
        return {
            "source": model.source,
            "kind": model.kind,
            "instance": model.name,
            "material": model.material.name,
            "mass": float(model.mass),
            "friction": float(model.material.friction),
            "stiffness": float(model.material.stiffness),
        }
