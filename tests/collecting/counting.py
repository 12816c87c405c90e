"""A world without a simulator, which counts; and makes trouble where it is told to."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import gymnasium
import numpy as np

from embodied_ssl.data.schema import IMAGE
from embodied_ssl.worlds.base import World


class CountingEnv(gymnasium.Env):
    """``trouble`` is a folder of files ``WHAT-EPISODE`` (die, hang, nothing; once-WHAT-EPISODE)."""

    def __init__(self, image_size, steps=2, trouble="", episodes=0):
        self.image_size, self.steps, self.trouble = image_size, steps, trouble
        self.num_episodes = episodes or None
        self.steps_per_episode = steps if episodes else None
        self.action_space = self.observation_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.episode, self.done = options["episode"], 0
        if self.trouble and (log := Path(self.trouble, "log")).exists():
            with log.open("a") as file:
                file.write(f"{self.episode}\n")
        return 0, {}

    def step(self, action):
        self.done += 1
        number = int(self.np_random.integers(1000))
        image = np.full((self.image_size, self.image_size, 3), number % 256, np.uint8)
        record = {"split": "train", "image": image, "number": number, "episode": self.episode}
        if self._told("hang"):
            time.sleep(600)
        if self._told("die"):
            os._exit(9)
        if self._told("slow"):
            time.sleep(0.2)
        info = {} if self._told("nothing") else {"record": record}
        return 0, 0.0, self.done == self.steps, False, info

    def _told(self, what):
        folder = Path(self.trouble or os.devnull)
        once = folder / f"once-{what}-{self.episode}"
        if self.trouble and once.exists():
            once.unlink()
            return True
        return self.trouble and any(
            (folder / f"{what}-{n}").exists() for n in (self.episode, "all")
        )

    def explorer(self, seed):
        return lambda observation, info: 1


class Counting(World):
    """Counts without end (Nobody, 1900)."""

    title = "Counting"
    env_id = "counting:counting/Counting-v0"
    rows_option = "rows"
    amounts = ("rows",)
    columns: ClassVar[dict[str, Any]] = {
        "split": "string",
        "image": IMAGE,
        "number": "int32",
        "episode": "int32",
    }

    @dataclass(frozen=True)
    class Config:
        """Options."""

        rows: int = 10
        """How many."""
        steps: int = 2
        """Rows of an episode."""
        trouble: str = ""
        """Folder of troubles."""


class Numbered(Counting):
    """Counts so many times (Nobody, 1900)."""

    rows_option = ""
    amounts = ("episodes",)

    @dataclass(frozen=True)
    class Config:
        """Options."""

        episodes: int = 10
        """How many."""
        steps: int = 2
        """Rows of an episode."""
        trouble: str = ""
        """Folder of troubles."""


if "counting/Counting-v0" not in gymnasium.registry:
    gymnasium.register("counting/Counting-v0", entry_point="counting:CountingEnv")
