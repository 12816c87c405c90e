"""The world of one episode: the arm, the objects on the tray, and the cameras' images."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.descriptions import description, relation
from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.objects import ObjectModel, ObjectSet
from embodied_ssl_envs.panda import HOME, Kinematics, Panda
from embodied_ssl_envs.simulation import STEPS_PER_SECOND, Simulation
from embodied_ssl_envs.tabletop.perception import Region, find_regions, foreground
from embodied_ssl_envs.tabletop.scene import REACH, build_scene
from embodied_ssl_envs.things import Thing
from embodied_ssl_envs.urdf.loading import bounding_box

APART = 0.1  # metres between the points from which objects are dropped
SETTLE_STEPS = STEPS_PER_SECOND
CLEARANCE = 0.2  # metres above the table at which the arm travels
TRAVEL_STEPS = 80


class TabletopWorld:
    """The simulated world of one episode.

    Args:
        simulation: that is emptied and filled.
        kinematics: of the arm.
        rng: of all that is random.
        objects: that are dropped onto the tray.
        split: of those objects.
        max_objects: one to so many.
        image_size: pixels along each side of an image.
        descriptions: whether records describe objects in words.
        object_crops: whether a grasp keeps what it holds as it lay.
        wrist_views: from how many sides the camera in the hand sees what is to be grasped.
    """

    def __init__(
        self,
        simulation: Simulation,
        kinematics: Kinematics,
        rng: np.random.Generator,
        objects: ObjectSet,
        split: str,
        max_objects: int,
        image_size: int,
        descriptions: bool = False,
        object_crops: bool = False,
        wrist_views: int = 0,
    ):
        simulation.reset()
        self.simulation = simulation
        self.rng = rng
        self.image_size = image_size
        self.descriptions = descriptions
        self.object_crops, self.wrist_views = object_crops, wrist_views
        self.scene = build_scene(simulation, rng, image_size)
        self.arm = Panda(simulation, kinematics)
        self.background = self.render()
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
            # Half of the objects are dropped upright, the others in a random orientation.
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

    def render(self, camera: Camera | None = None, segmentation: bool = False) -> Frame:
        """The frame of a camera in the light above the table; of the overhead camera by default."""
        return self.simulation.render(camera or self.scene.overhead, self.scene.light, segmentation)

    def look_down(self) -> Frame:
        """Render the tray from above and segment the objects on it."""
        self.overhead = self.render()
        self.foreground = foreground(self.overhead, self.background, self.scene.overhead)
        if self.descriptions:
            self._lying = {body: place for body, (place, _) in self.poses().items()}
            self._kinds = {body: model.kind for body, model in self.objects.items()}
        return self.overhead

    def regions(self) -> list[Region]:
        """The regions of objects within reach, as of the last look down."""
        return find_regions(self.foreground, self.scene.overhead)

    def reachable_pixel(self, point: np.ndarray) -> np.ndarray:
        """The overhead pixel (2,) of a point (2,) in [0, 1], or of the nearest one within reach."""
        camera = self.scene.overhead
        pixel = np.asarray(point, float) * camera.size
        place = camera.on_plane(pixel, height=0.0)[:2]
        reached = np.clip(place, *REACH)
        return pixel if (reached == place).all() else camera.project(np.array([*reached, 0.0]))

    def crop(self, pixel: np.ndarray, width: float) -> Camera:
        """The overhead camera's exact crop about ``pixel``, ``width`` metres wide at the table."""
        camera = self.scene.overhead
        middle = camera.on_plane(np.array([[0.0, 0.5], [1.0, 0.5]]) * camera.size, height=0.0)
        field = float(np.linalg.norm(middle[1] - middle[0]))
        return camera.crop(pixel, width / field * camera.size)

    def hover(self, point: np.ndarray, orientation: np.ndarray) -> Frame:
        """Move the hand above ``point`` (3,) and render the wrist camera's frame."""
        self.arm.move_tip((point[0], point[1], CLEARANCE), orientation, TRAVEL_STEPS)
        return self.render(self.arm.wrist_camera(self.image_size))

    def retract(self) -> None:
        """Move the arm out of the overhead camera's view."""
        self.arm.move_joints(HOME, TRAVEL_STEPS)

    def clear_floor(self) -> None:
        """Remove the objects that have fallen off the table."""
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

    def things(self) -> dict[int, Thing]:
        """What the objects are, by their bodies."""
        return {body: Thing(model.kind, model.name) for body, model in self.objects.items()}

    def nearest_object(self, point: np.ndarray) -> int | None:
        """The body whose surface is nearest to ``point``, by its bounding box."""

        def distance(body: int) -> float:
            low, high = bounding_box(self.simulation.client, body)
            return float(np.linalg.norm(np.maximum(0, np.maximum(low - point, point - high))))

        return min(self.objects, key=distance, default=None)

    def labels(self, body: int | None, crop: Camera | None = None) -> dict[str, Any]:
        """The columns of a record that say what an object is.

        Args:
            body: of the object, None if there is none.
            crop: the camera of ``before``, for whose image it is said what the object lay beside
                when the camera above last looked down.
        """
        if body is None:
            return {"object": None}
        model = self.objects[body]
        said = {
            "source": model.source,
            "kind": model.kind,
            "instance": model.name,
            "material": model.material.name,
            "mass": float(model.mass),
            "friction": float(model.material.friction),
            "stiffness": float(model.material.stiffness),
        }
        if not self.descriptions:
            return {"object": said}
        beside, other = relation(*self._seen(body, crop)) if crop else ("", None)
        neighbor = self._kinds[other] if other is not None else ""
        words = description(model) | {"relation": beside, "neighbor": neighbor}
        return {"object": said, "description": words}

    def _seen(self, body: int, crop: Camera) -> tuple[np.ndarray, dict[int, np.ndarray]]:
        """Where an object and those others that are in a camera's image lay in it, pixels."""
        places = {key: crop.project(place[None])[0] for key, place in self._lying.items()}
        own = places.pop(body)
        inside = {k: p for k, p in places.items() if (p >= 0).all() and (p < crop.size).all()}
        return own, inside
