"""The tabletop as a gymnasium environment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import gymnasium
import numpy as np

from embodied_ssl_envs import arguments
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.panda import Kinematics
from embodied_ssl_envs.simulation import Simulation, Uncopied
from embodied_ssl_envs.tabletop.actions import Interaction, action_space, checked_action
from embodied_ssl_envs.tabletop.explorer import Policy, make_explorer
from embodied_ssl_envs.tabletop.grasp import Held
from embodied_ssl_envs.tabletop.interactions import act
from embodied_ssl_envs.tabletop.learned_grasps import LearnedGrasps
from embodied_ssl_envs.tabletop.look import MOST_POSES, look
from embodied_ssl_envs.tabletop.look_around import MOST_VIEWS
from embodied_ssl_envs.tabletop.observations import Observer
from embodied_ssl_envs.tabletop.onlooker import ONLOOKER
from embodied_ssl_envs.tabletop.world import TabletopWorld

MOST_OBJECTS = 20  # the tray has no place for more
VALIDATION_EVERY = 10  # one episode in ten is played with validation objects


class TabletopEnv(Uncopied, gymnasium.Env):
    """A Panda arm on a table, one to six objects in a tray before it, a camera above.

    Each step is one whole interaction, from rest to rest; its outcome follows from physics alone.

    ### Action

    A dictionary; an interaction reads the entries it needs.

    | entry         | space          | meaning                                                     |
    |---------------|----------------|-------------------------------------------------------------|
    | `interaction` | Discrete(4)    | 0 grasp, 1 push, 2 poke, 3 look                             |
    | `point`       | Box(0, 1, (2)) | where to grasp or poke, or where a push starts: (u, v) in   |
    |               |                | the overhead image as fractions of its side, from top left  |
    | `angle`       | Discrete(18)   | grasp: closing direction, 10 degrees each, counter-clockwise|
    |               |                | from the image's u axis                                     |
    | `end`         | Box(0, 1, (2)) | where a push ends                                           |

    A point beyond the arm's reach is replaced by the nearest one within it. A look shows the object
    that the last grasp holds and then drops it beside the table; if none is held it does nothing.
    Before any other interaction a held object is dropped beside the table.

    ### Observation

    | entry                   | shape           | what                                            |
    |-------------------------|-----------------|-------------------------------------------------|
    | `overhead`, `wrist`     | (S, S, 3) uint8 | RGB of the camera above, of the one on the hand |
    | `overhead_depth`, ...   | (S, S) float32  | metres along the optical axis; with `depth`     |
    | `overhead_segmentation` | (S, S) int32    | body ids, -1 for nothing; with `segmentation`   |

    ### Reward, info, end

    The reward is 1 for a grasp that still holds its object after lift and shake, else 0. `info` has
    `foreground` (S, S) bool, what background subtraction finds on the tray; `holding`, whether the
    hand holds something; and after each interaction `record`, the row that `collect` stores. An
    episode terminates when nothing is left within reach, and is truncated after two interactions
    and two more for each object.

    ### Reset

    All is rebuilt from the episode's generator: objects, poses, scales, textures, lamps, cameras.
    `options={"episode": e}` numbers the episode, otherwise its number is random; every tenth one is
    played with validation objects, the others with training objects.

    Args:
        image_size: S, pixels along each side of an image.
        objects: where objects come from: "household", "blobs" or "folder:PATH".
        skip_broken: leave out objects of a folder that cannot be simulated, instead of an error.
        scale: factor of the lengths of the objects of folders.
        max_objects: an episode has one to so many objects, 20 at most.
        look_poses: in which a held object is shown, 1 to 10.
        splits, split_file: see `objects/splits.py`.
        depth, segmentation: observe them too; `record` has the depth of its images.
        masks, descriptions: `record` has them too (see `things.py` and `descriptions.py`).
        object_crops: the record of a look has `lying` too, what is held as it lay on the table.
        wrist_views: the record of a grasp has `around` too, from so many sides (`look_around.py`).
        learned_grasps: the grasps of the explorer; by default they are random.
        render_mode: "rgb_array" (an onlooker's camera) or "human" (Bullet's window).

    Raises:
        WorldError: for objects that cannot be simulated, impossible numbers and actions.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array", "human"], "render_fps": 30}
    num_episodes: ClassVar[int | None] = None  # as many as one likes
    steps_per_episode: ClassVar[int | None] = None  # different from episode to episode

    def __init__(
        self,
        image_size: int = 128,
        objects: Sequence[str] = ("household", "blobs"),
        skip_broken: bool = False,
        scale: float = 1.0,
        max_objects: int = 6,
        look_poses: int = 5,
        splits: str = "hash",
        split_file: str = "",
        depth: bool = False,
        segmentation: bool = False,
        masks: bool = False,
        descriptions: bool = False,
        object_crops: bool = False,
        wrist_views: int = 0,
        learned_grasps: LearnedGrasps | None = None,
        render_mode: str | None = None,
    ):
        arguments.check_image_size(image_size)
        arguments.check_whole("max_objects", max_objects, 1, MOST_OBJECTS)
        arguments.check_whole("look_poses", look_poses, 1, MOST_POSES)
        arguments.check_whole("wrist_views", wrist_views, 0, MOST_VIEWS)
        self.image_size, self.look_poses = image_size, look_poses
        self.world_settings = {"max_objects": max_objects, "image_size": image_size,
                               "descriptions": descriptions, "object_crops": object_crops,
                               "wrist_views": wrist_views}  # fmt: skip
        self.learned_grasps, self.render_mode = learned_grasps, render_mode
        rule = Splits(splits, split_file)
        self.objects = open_objects(objects, skip_broken, scale, rule, needed=("train", "val"))
        self.simulation = Simulation(render_mode == "human", segmenting=masks, keeping_depth=depth)
        self.kinematics, self.action_space = Kinematics(), action_space()
        self.observer = Observer(image_size, depth, segmentation)
        self.observation_space = self.observer.space()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        super().reset(seed=seed)
        number = arguments.asked_episode(options)
        self.episode = int(self.np_random.integers(2**31) if number is None else number)
        self.split = "val" if (self.episode + 1) % VALIDATION_EVERY == 0 else "train"
        given = (self.simulation, self.kinematics, self.np_random, self.objects, self.split)
        self.world = TabletopWorld(*given, **self.world_settings)
        self.steps, self.step_limit = 0, 2 + 2 * len(self.world.objects)
        self.held: Held | None = None
        return self.observer.observe(self.world), self._info()

    def step(
        self, action: dict[str, Any]
    ) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        action = checked_action(action)
        interaction = Interaction(action["interaction"])
        if self.held and interaction != Interaction.LOOK:
            look(self.world, self.held, self.look_poses)
            self.held = None
            self.world.clear_floor()
            self.world.look_down()
        columns = self._interact(interaction, action)
        info: dict[str, Any] = {}
        if columns is not None:
            info["record"] = {
                "episode": self.episode,
                "step": self.steps,
                "interaction": interaction.name.lower(),
                "split": self.split,
                **columns,
            }
        self.steps += 1
        self.world.clear_floor()
        self.world.look_down()
        reward = float(bool(columns and columns.get("success")))
        terminated = not self.held and not self.world.regions()
        # With an object in the hand the episode goes on, so that a look can follow the grasp.
        truncated = not self.held and self.steps >= self.step_limit
        observation = self.observer.observe(self.world)
        return observation, reward, terminated, truncated, self._info() | info

    def _interact(self, interaction: Interaction, action: dict[str, Any]) -> dict[str, Any] | None:
        """Perform an interaction and give its columns of the record; None for a look at nothing."""
        if interaction == Interaction.LOOK:
            held, self.held = self.held, None
            return look(self.world, held, self.look_poses) if held else None
        track = f"{self.episode}-{self.steps}"
        columns, self.held = act(self.world, interaction, action, track)
        return columns

    def _info(self) -> dict[str, Any]:
        return {"foreground": self.world.foreground, "holding": self.held is not None}

    def explorer(self, seed: int) -> Policy:
        """The exploration policy for this environment: random but for learned grasps."""
        choose = self.learned_grasps and partial(self.learned_grasps.choose, lambda: self.world)
        return make_explorer(lambda: self.world.scene.overhead, seed, choose)

    def render(self) -> np.ndarray | None:
        return self.world.render(ONLOOKER).rgb if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        self.simulation.close()
        self.kinematics.close()
