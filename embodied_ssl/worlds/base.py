"""What a world says of itself; importing it brings in no simulator, only collecting does."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from embodied_ssl.data.schema import Columns
from embodied_ssl.errors import UserError

if TYPE_CHECKING:
    from gymnasium import Env
    from rich.console import RenderableType

    from embodied_ssl.data.dataset import Dataset


class World:
    """A gymnasium env, the options with which data are collected in it, and what its rows hold.

    The env takes ``image_size`` and the options of ``Config`` as keyword arguments and has

    - ``num_episodes``: how many episodes make the dataset, None where ``rows_option`` says how many
      rows do;
    - ``reset(seed=, options={"episode": e})``: episode ``e`` and its seed decide everything;
    - ``explorer(seed)``: the policy, a function of observation and info that gives the next action,
      or None when the episode is over;
    - ``step``: leaves the row to store in ``info["record"]``, a dict from columns to values; a
      column that is not in it is empty.

    What a user can get wrong it raises as a ``UserError`` of ``embodied_ssl.errors``, or as a
    ``WorldError`` of ``embodied_ssl_envs.errors``.

    Args:
        config: the options.
    """

    title: ClassVar[str]
    """What the report calls it, one word."""
    env_id: ClassVar[str]
    """The env as ``gymnasium.make`` wants it, ``"module that registers it:namespace/Name-v0"``."""
    columns: ClassVar[Columns]
    """The columns of a row, as ``embodied_ssl.data.schema`` describes them. Methods need ``split``
    (train, val or test) and an image column (in the record (S, S, 3) uint8 RGB, or a list of such)
    whose name is among ``embodied_ssl.sampling.frames.IMAGE_COLUMNS``, such as ``image``; methods
    and protocols say what else they read."""
    meanings: ClassVar[dict[str, str]] = {}
    """What each column means, with its unit, for the dataset card; ``object.mass`` and its like for
    the parts of a struct."""
    rows_option: ClassVar[str] = ""
    """The option that says how many rows to collect, where the env has no end of episodes."""
    newer_options: ClassVar[tuple[str, ...]] = ()
    """Options that ``dataset.json`` mentions only where they are not the default, so that datasets
    from before they existed are continued."""
    drawing: ClassVar[str] = ""
    """``"module:function"`` that draws a dataset for the report; if empty, some of its images."""

    @dataclass(frozen=True)
    class Config:
        """The world's own options, each with a line of explanation."""

    def __init__(self, config: Any):
        self.config = config

    def env_settings(self) -> dict[str, Any]:
        """Keyword arguments of the env besides ``image_size``; ``dataset.json`` has them too."""
        options = {f.name: f.default for f in dataclasses.fields(self.config)}
        options.pop(self.rows_option, None)
        values = {name: getattr(self.config, name) for name in options}
        return {
            name: value
            for name, value in values.items()
            if name not in self.newer_options or value != options[name]
        }

    def open_env(self, image_size: int, **others: Any) -> Env:
        """The env itself; ``others`` are more keyword arguments, such as ``render_mode``.

        Raises:
            UserError: when the env's module does not import.
        """
        import gymnasium

        settings = {"image_size": image_size, **self.env_settings(), **others}
        try:
            return gymnasium.make(self.env_id, disable_env_checker=True, **settings).unwrapped
        except (ImportError, gymnasium.error.Error) as error:
            raise UserError(f"the env {self.env_id} cannot be opened: {error!r}.") from error

    def folders(self) -> list[Path]:
        """Folders that the env reads as a whole: a dataset inside would change them."""
        return []

    def recorded(self, env: Any) -> dict[str, Any]:
        """What ``dataset.json`` says of settings that are but a path: a name for its contents."""
        return {}

    @classmethod
    def describe(cls, dataset: Dataset) -> list[RenderableType]:
        """What ``info`` prints of a dataset of this world: tables and sentences."""
        from embodied_ssl.worlds.describing import splits_table

        return [splits_table(dataset)]


def at_least_one(config: Any, *names: str) -> None:
    """UserError for the first of these options that is below one."""
    for name in names:
        if getattr(config, name) < 1:
            raise UserError(f"--{name.replace('_', '-')} must be at least 1.")
