"""The rooms as a gymnasium environment."""

from __future__ import annotations

from typing import Any, ClassVar

import gymnasium
import numpy as np

from embodied_ssl_envs import arguments
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.objects.splits import SPLITS, Splits
from embodied_ssl_envs.rooms.camera_mount import CameraMount
from embodied_ssl_envs.rooms.differential_drive import DifferentialDrive, relative_motion
from embodied_ssl_envs.rooms.explorer import FASTEST, Policy, make_wanderer, with_tilting
from embodied_ssl_envs.rooms.furnished import FurnishedRooms
from embodied_ssl_envs.rooms.limits import check_settings
from embodied_ssl_envs.rooms.observations import observation_space, observe
from embodied_ssl_envs.rooms.room import Rooms
from embodied_ssl_envs.rooms.scenes import Scenes
from embodied_ssl_envs.simulation import STEPS_PER_SECOND, TIME_STEP, Simulation, Uncopied
from embodied_ssl_envs.things import annotations

FRAME_RATE = 10  # frames a second
STEPS = STEPS_PER_SECOND // FRAME_RATE  # of physics in a step of the environment
TILT_RATE = 0.6  # rad/s


class RoomsEnv(Uncopied, gymnasium.Env):
    """A room per episode, seen by a camera on a mobile base.

    Rooms of the kinds of `ROOM_KINDS` have a random layout of furniture, textures, windows,
    and objects on the tables. Episode `e` is of kind `e % 8`, split by `objects/splits.py`.

    ### Scenes of your own

    With `scene`, episodes take place among the bodies that `rooms/scenes.py` specifies.

    ### Action

    `Box(-1, 1)`: forward speed and counter-clockwise yaw rate as fractions of the greatest (1 m/s
    and 1.5 rad/s), which the base approaches with at most 1.5 m/s^2 and 4 rad/s^2 during 0.1 s;
    with `tilt` also the rate at which the camera tilts upwards (0.6 rad/s; its pitch stays between
    30 degrees down and 15 up).

    ### Observation

    `rgb` (S, S, 3) uint8 and, when asked for, `depth` (S, S) float32 metres along the optical axis
    and `segmentation` (S, S) int32, the body id at each pixel.

    ### Reward, info, end

    The reward is 0. `info` has `depth`; `pose`, the (4, 4) camera to world matrix (x right, y down,
    z ahead); `odometry`, how the base moved since the frame before (metres ahead, metres to the
    left, radians counter-clockwise, in the frame of the earlier pose), with noise if asked for;
    `bumped`, whether it collided; `over`; and after a step `record`, the row that `collect` stores.
    An episode is truncated after `frames` steps.

    ### Reset

    `options={"episode": e}` chooses the room's number, otherwise it is random. Everything else is
    drawn from the env's generator: furniture, surfaces, objects, light, the camera's height (0.8 to
    1.3 m), field of view (60 to 80 degrees) and pitch, and the start pose; in a scene of your own
    the bodies are always the same.

    Args:
        image_size: S, pixels along each side of an image.
        objects: source of the objects on the tables: "household", "blobs" or "folder:PATH".
        skip_broken: leave out objects of a folder that cannot be simulated, instead of an error.
        scale: factor of the lengths of the objects of folders.
        episodes: their number.
        frames: steps of an episode.
        scene: folder of your own scene or scenes, which do not use `objects`; furnished rooms if
            empty.
        kinds: of the furnished rooms; all of them if empty.
        tilt: whether the camera can tilt.
        odometry_noise: standard deviation of each number of the odometry, as a fraction of it.
        splits, split_file: rule and file of `objects/splits.py`.
        depth, segmentation: observe them too; `record` has the depth of `image`.
        masks: `record` has the mask of `image` and what it shows (see `things.py`).
        render_mode: "rgb_array" (what the camera sees) or "human" (Bullet's window).

    Raises:
        WorldError: for kinds that are not known, impossible counts, objects that are not there or
            cannot be simulated, a scene in which something is wrong, and an action that is not in
            the space.
    """

    metadata: ClassVar = {"render_modes": ["rgb_array", "human"], "render_fps": FRAME_RATE}

    def __init__(
        self,
        image_size: int = 128,
        objects: tuple[str, ...] = ("household",),
        skip_broken: bool = False,
        scale: float = 1.0,
        episodes: int = 400,
        frames: int = 100,
        scene: str = "",
        kinds: tuple[str, ...] = (),
        tilt: bool = False,
        odometry_noise: float = 0.0,
        splits: str = "hash",
        split_file: str = "",
        depth: bool = False,
        segmentation: bool = False,
        masks: bool = False,
        render_mode: str | None = None,
    ):
        check_settings(image_size, episodes, frames, odometry_noise, scene, kinds)
        self.image_size = image_size
        self.render_mode = render_mode
        self.odometry_noise = odometry_noise
        self.num_episodes = episodes
        """One room per episode."""
        self.steps_per_episode = frames
        """One step per frame."""
        rule = Splits(splits, split_file)
        if scene:
            self.rooms: Rooms = Scenes(scene, rule)
        else:
            self.objects = open_objects(objects, skip_broken, scale, rule, needed=SPLITS)
            self.rooms = FurnishedRooms(self.objects, kinds, rule, episodes)
        self.simulation = Simulation(render_mode == "human", segmenting=masks, keeping_depth=depth)
        self._fastest = np.array([*FASTEST, TILT_RATE] if tilt else FASTEST)
        self.action_space = gymnasium.spaces.Box(-1, 1, self._fastest.shape, np.float32)
        self.observation_space = observation_space(image_size, depth, segmentation)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        super().reset(seed=seed)
        number = arguments.asked_episode(options)
        self.episode = int(self.np_random.integers(self.num_episodes) if number is None else number)
        rng = self.np_random
        self.simulation.reset()
        self.room = self.rooms.build(self.simulation, rng, self.episode)
        self.base = DifferentialDrive(self.simulation, *self.room.start(rng))
        self.mount = CameraMount(rng, self.image_size, self.room.sight)
        self.steps = 0
        return self._look(), self._info(np.zeros(3), bumped=False)

    def step(
        self, action: np.ndarray
    ) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        action = arguments.checked_action(self.action_space, action) * self._fastest
        before = self.base.pose
        bumped = self.base.drive(action[:2], STEPS)
        if len(action) == 3:
            self.mount.tilt(action[2] * STEPS * TIME_STEP)
        odometry = relative_motion(before, self.base.pose)
        if self.odometry_noise:
            odometry = odometry * (1 + self.odometry_noise * self.np_random.normal(size=3))
        observation = self._look()
        self.steps += 1
        info = self._info(odometry, bumped)
        info["record"] = self.frame.columns("image") | {
            "episode": self.episode,
            "step": self.steps - 1,
            "time": (self.steps - 1) * STEPS * TIME_STEP,
            "split": self.room.split,
            "kind": self.room.kind,
            "instance": self.room.name,
            "pose": info["pose"].ravel().tolist(),
            "action": action.tolist(),
            "odometry": odometry.tolist(),
            "bumped": bumped,
            "fov": self.mount.fov,
            **annotations("image", self.frame, self.room.things),
        }
        return observation, 0.0, False, info["over"], info

    def _look(self) -> dict[str, np.ndarray]:
        """Render the frame of the camera where the base now is, and give the observation."""
        segmentation = "segmentation" in self.observation_space.spaces
        self.camera: Camera = self.mount.camera(self.base.pose)
        self.frame: Frame = self.simulation.render(self.camera, self.room.light, segmentation)
        return observe(self.frame, self.observation_space)

    def _info(self, odometry: np.ndarray, bumped: bool) -> dict[str, Any]:
        return {
            "depth": self.frame.depth,
            "pose": self.camera.pose,
            "odometry": odometry,
            "bumped": bumped,
            "over": self.steps >= self.steps_per_episode,
        }

    def explorer(self, seed: int) -> Policy:
        """The random exploration policy for this environment."""
        wander = make_wanderer(lambda: self.camera, seed)
        return wander if self.action_space.shape == (2,) else with_tilting(wander, seed)

    def render(self) -> np.ndarray | None:
        return self.frame.rgb if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        self.simulation.close()
