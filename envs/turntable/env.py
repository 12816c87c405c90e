"""The turntable as a gymnasium environment, after Lai et al., UW RGB-D, ICRA 2011."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import gymnasium
import numpy as np

from embodied_ssl_envs import arguments
from embodied_ssl_envs.descriptions import description
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.simulation import Simulation, Uncopied
from embodied_ssl_envs.things import Thing, annotations
from embodied_ssl_envs.turntable.episodes import SPLITS, episodes_of
from embodied_ssl_envs.turntable.framing import camera_columns
from embodied_ssl_envs.turntable.orbit_views import OrbitViews
from embodied_ssl_envs.turntable.placing import place
from embodied_ssl_envs.turntable.randomized_views import RandomizedViews

MOST_OBJECTS = 100_000  # of a split

Policy = Callable[[np.ndarray, dict[str, Any]], int | None]


class TurntableEnv(Uncopied, gymnasium.Env):
    """One object per episode, seen from all around.

    The object settles once under gravity; then each step renders one view of it. Every view has a
    floor, walls, a lamp and perhaps an occluding obstacle that no other view of the object shares:
    only the object itself tells its views from those of others.

    On an orbit only the camera moves: in a studio that is the same for all objects, with one lamp
    and one to three cartons beside the object that occlude some or all of it from some azimuths.

    ### Action

    `Discrete(3 * azimuths)`: which view. View `i` is taken from elevation 30, 45 or 60 degrees
    (`i // azimuths`), plus or minus 4, and a random azimuth in the sector `i % azimuths` of
    `360 / azimuths` degrees, so that no query has an identical gallery view; roll (25 degrees to
    either side), distance, and position in the frame are random too. The object spans 45 to 85 % of
    the frame, along its larger side there.

    On an orbit view `i` is taken from elevation 15, 45 or 75 degrees and the azimuth
    `360 * (i % azimuths) / azimuths` exactly, counted from a random direction drawn for the object;
    always upright, at the same distance, and looking at the middle of the object.

    ### Observation

    The view, (S, S, 3) uint8 RGB; after a reset one from elevation 45, no action's but on an orbit.

    ### Reward, info, end

    The reward is 0. After each step `info["record"]` is the row that `collect` stores: `episode`,
    `step`, `split`, `image`, `kind`, `instance` (the object's full name), `elevation` and `azimuth`
    (degrees; the middle of the sector unless it is an orbit) and `role`: views from 45 degrees are
    queries, those from below and above the gallery. An episode terminates with its last view.
    Objects of the train split are those that no evaluation sees.

    ### Reset

    `options={"episode": e}` chooses the object: val, test, train, then those of a later growth;
    without it the object is random. Everything else is drawn from the env's generator.

    Args:
        image_size: S, pixels along each side of an image.
        objects: where objects come from: "household", "blobs" or "folder:PATH".
        skip_broken: leave out objects of a folder that cannot be simulated, instead of an error.
        scale: factor of the lengths of the objects of folders.
        val_objects, test_objects, train_objects: how many of each split; fewer if there are fewer.
        azimuths: views from each elevation.
        orbit: the camera goes round each object in one studio.
        splits, split_file: rule and file of `objects/splits.py`.
        depth, masks, descriptions: `record` has them too (see `frames.py`, `things.py` and
            `descriptions.py`); with depth the camera relative to the object (`framing.py`).
        retexture: the object has another material and other colours in each view.
        grown_from: earlier numbers of val, test and train objects, whose objects come first.
        render_mode: "rgb_array" or "human" (Bullet's window).

    Raises:
        WorldError: for objects that cannot be simulated, impossible counts, sizes and actions.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array", "human"], "render_fps": 30}

    def __init__(
        self,
        image_size: int = 128,
        objects: Sequence[str] = ("household", "blobs"),
        skip_broken: bool = False,
        scale: float = 1.0,
        val_objects: int = 60,
        test_objects: int = 160,
        train_objects: int = 0,
        azimuths: int = 8,
        orbit: bool = False,
        splits: str = "hash",
        split_file: str = "",
        grown_from: Sequence[tuple[int, ...]] = (),
        depth: bool = False,
        masks: bool = False,
        descriptions: bool = False,
        retexture: bool = False,
        render_mode: str | None = None,
    ):
        self._views = OrbitViews if orbit else RandomizedViews
        arguments.check_image_size(image_size)
        arguments.check_whole("azimuths", azimuths, 1, self._views.MOST_AZIMUTHS)
        counts = (val_objects, test_objects, train_objects)
        for split, count in zip(SPLITS, counts, strict=True):
            arguments.check_whole(f"{split}_objects", count, 0, MOST_OBJECTS)
        if not any(counts):
            raise WorldError("the turntable needs objects: val, test or train above zero")
        self.image_size = image_size
        self.azimuths = azimuths
        self.descriptions, self.retexture = descriptions, retexture
        if retexture and (descriptions or any(each.startswith("folder:") for each in objects)):
            raise WorldError(
                "retexture is for objects made here, without descriptions: a file's object keeps "
                "its texture, and words are of one texture"
            )
        self.render_mode = render_mode
        asked = tuple(split for split, count in zip(SPLITS, counts, strict=True) if count)
        rule = Splits(splits, split_file)
        self.objects = open_objects(objects, skip_broken, scale, rule, needed=asked)
        self.names = episodes_of(self.objects, (*grown_from, counts))
        self.num_episodes = len(self.names)
        """One episode per object."""
        self.steps_per_episode = len(self._views.ELEVATIONS) * azimuths
        """One step per view."""
        self.simulation = Simulation(render_mode == "human", segmenting=masks, keeping_depth=depth)
        self.action_space = gymnasium.spaces.Discrete(self.steps_per_episode)
        self.observation_space = gymnasium.spaces.Box(0, 255, (image_size, image_size, 3), np.uint8)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        number = arguments.asked_episode(options)
        self.episode = int(self.np_random.integers(self.num_episodes) if number is None else number)
        if not 0 <= self.episode < self.num_episodes:
            raise WorldError(f"episode {self.episode} of a turntable with {self.num_episodes}")
        self.split, self.name = self.names[self.episode]
        self.model = self.objects.load(self.name)
        self.body, self.subject = place(self.simulation, self.model)
        self.things = {self.body: Thing(self.model.kind, self.model.name)}
        self.words = {"description": description(self.model)} if self.descriptions else {}
        self.views = self._views(
            self.simulation, self.np_random, self.subject, self.image_size, self.azimuths
        )
        self._paint = int(self.np_random.integers(2**63)) if self.retexture else 0
        self.steps, self._image = 0, self.views.render(self.steps_per_episode, 45, 0.0).rgb
        return self._image, {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        action = arguments.checked_action(self.action_space, action)
        row, column = divmod(action, self.azimuths)
        elevation, azimuth = list(self._views.ELEVATIONS)[row], 360 * column / self.azimuths
        self._look_of(action)
        self._image = (frame := self.views.render(action, elevation, azimuth)).rgb
        record = {
            "episode": self.episode,
            "step": self.steps,
            "split": self.split,
            **frame.columns("image"),
            **camera_columns(frame, self.subject),
            "kind": self.name.split("/")[1],
            "instance": self.name,
            "elevation": float(elevation),
            "azimuth": float(azimuth),
            "role": self._views.ELEVATIONS[elevation],
            **annotations("image", frame, self.things),
            **self.words,
        }
        self.steps += 1
        return self._image, 0.0, self.steps >= self.steps_per_episode, False, {"record": record}

    def _look_of(self, view: int) -> None:
        """Give the object the texture of a view, if every view has its own."""
        if self.retexture:
            rng = np.random.default_rng([self._paint, view])
            self.model.repaint(self.simulation.client, self.body, rng)

    def explorer(self, seed: int) -> Policy:
        """A policy that takes every view once, in order; nothing is random, the seed is unused."""

        def policy(observation: np.ndarray, info: dict[str, Any]) -> int | None:
            return self.steps if self.steps < self.steps_per_episode else None

        return policy

    def render(self) -> np.ndarray | None:
        return self._image if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        self.simulation.close()
