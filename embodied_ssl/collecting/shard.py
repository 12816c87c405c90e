"""A shard of a dataset: the unit of work.

What is in shard ``k`` follows from the specification and ``k`` alone, never from the worker that
collects it nor from what was collected before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.data.manifest import EPISODES, ROWS, shard_name, shard_path
from embodied_ssl.errors import UserError
from embodied_ssl.worlds import WORLDS
from embodied_ssl.worlds.base import World


@dataclass(frozen=True)
class CollectSpec:
    """All that decides the bytes of a dataset."""

    out: Path
    env: str
    """Name of the world."""
    seed: int
    image_size: int
    config: Any
    """The world's own options."""
    amount: int
    """Rows of a world that has no end of episodes; episodes of any other."""
    recorded: tuple[tuple[str, Any], ...] = ()
    """What ``dataset.json`` says of a setting instead of its value, where that is but a path."""

    @property
    def world(self) -> World:
        """The world with its options."""
        return WORLDS.load(self.env)(self.config)

    @property
    def endless(self) -> bool:
        """Whether the world has no end of episodes."""
        return bool(self.world.rows_option)

    @property
    def num_shards(self) -> int:
        """How many shards make the dataset."""
        return -(-self.amount // (ROWS if self.endless else EPISODES))

    @property
    def planned(self) -> dict[str, int]:
        """How many shards the settings call for, and rows where that is known beforehand."""
        return {"shards": self.num_shards} | ({"rows": self.amount} if self.endless else {})

    def file(self, k: int) -> Path:
        """Path of shard ``k``."""
        return shard_path(self.out, shard_name(k))

    @property
    def settings(self) -> dict[str, Any]:
        """What ``dataset.json`` says of the command."""
        amount = {self.world.rows_option or "episodes": self.amount}
        given = {"seed": self.seed, **amount, "image_size": self.image_size}
        settings = {**given, **self.world.env_settings(), **dict(self.recorded)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()}


def make_spec(config: CollectConfig, world_config: Any) -> CollectSpec:
    """The specification of a command; UserError for settings from which nothing can come."""
    world = WORLDS.load(config.env)(world_config)
    _open_env.cache_clear()  # what is on the disk may have changed
    env = _open_env(config.env, world_config, config.image_size)
    for folder in world.folders():
        if config.out.resolve().is_relative_to(folder.resolve()):
            raise UserError(f"--out must be outside {folder}, whose files are watched for changes.")
    amount = getattr(world_config, world.rows_option) if world.rows_option else env.num_episodes
    recorded = tuple(world.recorded(env).items())
    return CollectSpec(
        config.out, config.env, config.seed, config.image_size, world_config, amount, recorded
    )


@lru_cache(maxsize=1)
def _open_env(name: str, world_config: Any, image_size: int) -> Any:
    """The env itself, kept from shard to shard."""
    from embodied_ssl_envs.errors import WorldError

    try:
        return WORLDS.load(name)(world_config).open_env(image_size)
    except WorldError as error:
        raise UserError(str(error)) from error


def seed_of(*numbers: int) -> int:
    """A seed from the root seed and the numbers of an episode, independent of all others."""
    import numpy as np

    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def play_episode(env: Any, root: int, episode: int) -> list[dict[str, Any]]:
    """The rows of an episode, played by the env's own explorer."""
    observation, info = env.reset(seed=seed_of(root, episode), options={"episode": episode})
    policy = env.explorer(seed_of(root, episode, 1))
    rows: list[dict[str, Any]] = []
    over = False
    while not over and (action := policy(observation, info)) is not None:
        observation, _, terminated, truncated, info = env.step(action)
        rows.append(info["record"])
        over = terminated or truncated
    return rows


def shard_rows(spec: CollectSpec, k: int) -> list[dict[str, Any]]:
    """The rows of shard ``k``: whole episodes, the last one cut where the shard is full."""
    env = _open_env(spec.env, spec.config, spec.image_size)
    rows: list[dict[str, Any]] = []
    if not spec.endless:
        for episode in range(k * EPISODES, min((k + 1) * EPISODES, spec.amount)):
            rows += play_episode(env, spec.seed, episode)
        return rows
    wanted = min(ROWS, spec.amount - k * ROWS)
    # An episode has at least one row, so those of shard k never reach the first of shard k + 1.
    for episode in range(k * ROWS, (k + 1) * ROWS):
        rows += play_episode(env, spec.seed, episode)
        if len(rows) >= wanted:
            break
    return rows[:wanted]


def collect_shard(spec: CollectSpec, k: int) -> Path:
    """Collect shard ``k`` and give its path. Pure: the same bytes whoever collects it, and when."""
    from embodied_ssl.data.shards import write_shard
    from embodied_ssl_envs.errors import WorldError

    try:
        rows = shard_rows(spec, k)
    except WorldError as error:  # an object that will not load
        raise UserError(str(error)) from error
    write_shard(spec.file(k), spec.world.columns, rows)
    return spec.file(k)
