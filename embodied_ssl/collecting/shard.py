"""A shard of a dataset: the unit of work.

What is in shard ``k`` follows from the specification and ``k`` alone, never from the worker that
collects it nor from what was collected before.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.playing import Beat, Rows, play_all, play_until
from embodied_ssl.data.manifest import EPISODES, ROWS, shard_name, shard_path
from embodied_ssl.errors import UserError
from embodied_ssl.settings import to_dict
from embodied_ssl.worlds import WORLDS
from embodied_ssl.worlds.base import World
from embodied_ssl.worlds.mentioned import setting_of


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

    @cached_property
    def world(self) -> World:
        """The world with its options."""
        return WORLDS.load(self.env)(self.config)

    @property
    def endless(self) -> bool:
        """Whether the world has no end of episodes."""
        return bool(self.world.rows_option)

    @property
    def shard_size(self) -> int:
        """Rows (episodes, where their number is fixed) of a full shard."""
        return ROWS if self.endless else EPISODES

    @property
    def num_shards(self) -> int:
        """How many shards make the dataset."""
        return -(-self.amount // self.shard_size)

    @property
    def planned(self) -> dict[str, int]:
        """How many shards the settings call for, and rows where that is known beforehand."""
        return {"shards": self.num_shards} | ({"rows": self.amount} if self.endless else {})

    def wanted(self, k: int) -> int:
        """How many rows (episodes) shard ``k`` has: the last one is cut."""
        return max(0, min(self.shard_size, self.amount - k * self.shard_size))

    def file(self, k: int) -> Path:
        """Path of shard ``k``."""
        return shard_path(self.out, shard_name(k))

    @property
    def settings(self) -> dict[str, Any]:
        """What ``dataset.json`` says of the command."""
        amount = {self.world.rows_option or "episodes": self.amount}
        given = {"seed": self.seed, **amount, "image_size": self.image_size}
        return to_dict({**given, **self.world.env_settings(), **dict(self.recorded)})


def make_spec(
    config: CollectConfig, world_config: Any, begun: Mapping[str, Any] | None = None
) -> CollectSpec:
    """The specification of a command.

    Args:
        config: what all worlds share.
        world_config: the world's own options.
        begun: settings of the dataset that is to be continued.

    Raises:
        UserError: for settings from which nothing, or less than they ask for, can come.
    """
    world = WORLDS.load(config.env)(world_config)
    if begun is not None:
        world = world.continuing(begun)
    _open_env.cache_clear()  # what is on the disk may have changed
    env = _open_env(config.env, world.config, config.image_size)
    for folder in world.folders():
        if config.out.resolve().is_relative_to(folder.resolve()):
            raise UserError(f"--out must be outside {folder}, whose files are watched for changes.")
    now = vars(world.config)
    if begun is None or any(setting_of(world, begun, name) != now[name] for name in world.amounts):
        world.check_enough(env)
    amount = getattr(world.config, world.rows_option) if world.rows_option else env.num_episodes
    recorded = tuple(world.recorded(env).items())
    return CollectSpec(
        config.out, config.env, config.seed, config.image_size, world.config, amount, recorded
    )


@lru_cache(maxsize=1)
def _open_env(name: str, world_config: Any, image_size: int) -> Any:
    """The env itself, kept from shard to shard."""
    from embodied_ssl_envs.errors import WorldError

    try:
        return WORLDS.load(name)(world_config).open_env(image_size)
    except WorldError as error:
        raise UserError(str(error)) from error


def env_of(spec: CollectSpec) -> Any:
    """The env that gives the rows of a dataset, the same one for every shard."""
    return _open_env(spec.env, spec.config, spec.image_size)


def prepare(spec: CollectSpec) -> None:
    """Do what takes a process seconds, once: open the env, import what writes rows."""
    from embodied_ssl.data import shards

    shards.features(spec.world.columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the command has said what is left out
        env_of(spec)


def shard_rows(spec: CollectSpec, k: int, beat: Beat = lambda: None) -> Rows:
    """The rows of shard ``k``: whole episodes, the last one cut where the shard is full.

    Raises:
        UserError: where the episodes give fewer rows than were asked for.
    """
    env = env_of(spec)
    if spec.recorded and dict(spec.recorded) != spec.world.recorded(env):
        raise UserError("files of the world changed while it was collected: run the command again.")
    if not spec.endless:
        first = k * EPISODES
        return play_all(env, spec.seed, range(first, first + spec.wanted(k)), beat)
    # An episode has at least one row, so those of shard k never reach the first of shard k + 1.
    return play_until(env, spec.seed, range(k * ROWS, (k + 1) * ROWS), spec.wanted(k), beat)


def collect_shard(spec: CollectSpec, k: int, beat: Beat = lambda: None) -> Path:
    """Collect shard ``k`` and give its path. Pure: the same bytes whoever collects it, and when."""
    from embodied_ssl.data.shards import write_shard
    from embodied_ssl_envs.errors import WorldError

    try:
        rows = shard_rows(spec, k, beat)
        write_shard(spec.file(k), spec.world.columns, rows, beat)
    except WorldError as error:  # an object that will not load
        raise UserError(str(error)) from error
    except MemoryError as error:
        raise UserError(
            f"shard {k} needs more memory than there is: use fewer --workers, smaller images or "
            "shorter episodes."
        ) from error
    return spec.file(k)
