"""A world of somebody else's package: stripes, drawn without a simulator."""

from dataclasses import dataclass
from typing import Any, ClassVar

import gymnasium
import numpy as np

from embodied_ssl.data.schema import IMAGE
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.base import World


class StripedEnv(gymnasium.Env):
    def __init__(self, image_size, episodes=3, steps=4):
        if steps > 9:
            raise UserError("an episode has at most 9 stripes")
        self.image_size, self.num_episodes, self.steps = image_size, episodes, steps
        self.action_space = gymnasium.spaces.Discrete(2)
        self.observation_space = gymnasium.spaces.Box(0, 255, (image_size, image_size, 3), np.uint8)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.episode, self.done = options["episode"], 0
        return self._image(), {}

    def _image(self):
        self.colour = self.np_random.integers(0, 255, 3)
        image = np.zeros((self.image_size, self.image_size, 3), np.uint8)
        image[:, :: 2 + self.episode] = self.colour
        return image

    def step(self, action):
        image = self._image()
        record = {
            "split": "val" if self.episode == self.num_episodes - 1 else "train",
            "image": image,
            "upright": bool(action),
            "colour": self.colour.tolist(),
        }
        self.done += 1
        return image, 0.0, self.done == self.steps, False, {"record": record}

    def explorer(self, seed):
        rng = np.random.default_rng(seed)
        return lambda observation, info: int(rng.integers(2))


class Striped(World):
    """Stripes of random colours."""

    title = "Stripes"
    env_id = "striped:striped/Striped-v0"
    columns: ClassVar[dict[str, Any]] = {
        "split": "string",
        "image": IMAGE,
        "upright": "bool",
        "colour": ["float32"],
    }

    @dataclass(frozen=True)
    class Config:
        """Options of the stripes."""

        episodes: int = 3
        """How many of them."""
        steps: int = 4
        """Stripes of an episode."""


gymnasium.register("striped/Striped-v0", entry_point="striped:StripedEnv")
