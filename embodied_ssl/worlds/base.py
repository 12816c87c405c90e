"""What a world says of itself; importing it brings in no simulator, only collecting does."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from embodied_ssl.data.schema import IMAGE, Columns
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.added_columns import added_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gymnasium import Env
    from rich.console import RenderableType

    from embodied_ssl.data.dataset import Dataset
    from embodied_ssl.worlds.clips import Clip

GROWN_FROM = "grown_from"
"""The setting that names the amounts that a dataset had before, where its episodes depend on it."""
HASH = "hash"
"""The rule of ``splits`` of datasets from before there was another one."""


class World:
    """A gymnasium env, the options with which data are collected in it, and what its rows hold.

    The env takes ``image_size`` and the options of ``Config`` as keyword arguments and has

    - ``num_episodes``: how many episodes make the dataset, None where ``rows_option`` says how many
      rows do;
    - perhaps ``steps_per_episode``: how many rows each episode has, None where they differ;
    - ``reset(seed=, options={"episode": e})``: episode ``e`` and its seed decide everything;
    - ``explorer(seed)``: the policy, a function of observation and info that gives the next action,
      or None when the episode is over;
    - ``step``: leaves the row to store in ``info["record"]``, a dict from columns to values; a
      column that is not in it is empty.

    What a user can get wrong is a ``UserError``, or a ``WorldError`` of ``embodied_ssl_envs``.

    Args:
        config: the options.
    """

    title: ClassVar[str]
    """What the report calls it, one word."""
    env_id: ClassVar[str]
    """The env as ``gymnasium.make`` wants it, ``"module that registers it:namespace/Name-v0"``."""
    columns: ClassVar[Columns]
    """Of a row, as ``embodied_ssl.data.schema`` has them. Methods need ``split`` (train, val or
    test) and an image column (in the record (S, S, 3) uint8 RGB, or a list of such) whose name is
    among ``embodied_ssl.sampling.frames.IMAGE_COLUMNS``; methods and protocols say what else they
    read. ``replay`` finds an episode by a column ``episode``."""
    meanings: ClassVar[dict[str, str]] = {}
    """What each column means, with its unit, for the dataset card; ``object.mass`` and its like for
    the parts of a struct."""
    rows_option: ClassVar[str] = ""
    """The option that says how many rows to collect, where the env has no end of episodes."""
    amounts: ClassVar[tuple[str, ...]] = ()
    """Options that say how much there is, and may grow: episode ``e`` is the same whatever they
    are."""
    newer_options: ClassVar[tuple[str, ...]] = ()
    """Options that ``dataset.json`` leaves out at their default: older datasets are continued."""
    named_by_contents: ClassVar[tuple[str, ...]] = ("split_file",)
    """Options that are, or hold, a path: ``recorded`` names its contents."""
    onlooker: ClassVar[str] = ""
    """``"module:Class"`` whose objects take pictures of an env with a ``simulation`` for a film, as
    ``tabletop/onlooker.py`` of ours; if empty, a film shows the images of the rows."""
    annotated: ClassVar[str] = ""
    """The image column of which an option ``masks`` stores what it shows: ``<column>_mask`` and
    ``<column>_objects``."""
    libraries: tuple[str, ...] = ()
    """Packages on which the rows depend beside those that every world needs."""
    drawing: ClassVar[str] = ""
    """``"module:function"`` that draws a dataset for the report; if empty, some of its images."""
    clips_are: ClassVar[str] = "episodes"
    """What ``clips`` are, in the plural."""

    @dataclass(frozen=True)
    class Config:
        """The world's own options, each with a line of explanation."""

    def __init__(self, config: Any):
        self.config = config
        seen = [name for name, type_ in self.columns.items() if type_ == IMAGE]
        columns, meanings = added_columns(config, self.annotated, seen)
        self.columns, self.meanings = self.columns | columns, self.meanings | meanings

    def env_settings(self) -> dict[str, Any]:
        """What ``dataset.json`` says of the options."""
        options = {f.name: f.default for f in dataclasses.fields(self.config)}
        options.pop(self.rows_option, None)
        values = {name: getattr(self.config, name) for name in options}
        if not self.splits_by_rule() or values.get("splits") == HASH:
            values.pop("splits", None)
        return {
            name: value
            for name, value in values.items()
            if name not in (*self.newer_options, "split_file") or value != options[name]
        }

    def env_arguments(self) -> dict[str, Any]:
        """Keyword arguments of the env besides ``image_size``."""
        return self.env_settings()

    def splits_by_rule(self) -> bool:
        """Whether the option ``splits`` decides anything: it does for folders of objects."""
        objects = getattr(self.config, "objects", ())
        named = getattr(self.config, "split_file", "")
        return not named and any(each.startswith("folder:") for each in objects)

    def continuing(self, begun: Mapping[str, Any]) -> World:
        """The world as the dataset with such settings has begun it, by the rules of then."""
        if not self.splits_by_rule() or "splits" in begun or not hasattr(self.config, "splits"):
            return self
        return type(self)(dataclasses.replace(self.config, splits=HASH))

    def check_enough(self, env: Any) -> None:
        """UserError where the env has less than the options ask for."""

    def open_env(self, image_size: int, **others: Any) -> Env:
        """The env itself; ``others`` are more keyword arguments, such as ``render_mode``.

        Raises:
            UserError: when the env's module does not import.
        """
        import gymnasium

        settings = {"image_size": image_size, **self.env_arguments(), **others}
        try:
            return gymnasium.make(self.env_id, disable_env_checker=True, **settings).unwrapped
        except (ImportError, gymnasium.error.Error) as error:
            raise UserError(f"the env {self.env_id} cannot be opened: {error!r}.") from error

    def folders(self) -> list[Path]:
        """Folders that the env reads as a whole: a dataset inside would change them."""
        return []

    def recorded(self, env: Any) -> dict[str, Any]:
        """What ``dataset.json`` says of settings that are but a path: a name for its contents."""
        import hashlib

        if not getattr(self.config, "split_file", ""):
            return {}
        content = Path(self.config.split_file).expanduser().read_bytes()
        return {"split_file": hashlib.sha256(content).hexdigest()[:16]}

    def same_setting(self, name: str, then: Any, now: Any) -> bool:
        """Whether a setting of an older dataset means what it means now.

        Args:
            name: of the setting.
            then: what ``dataset.json`` says of it.
            now: what it would say of it today.
        """
        return then == now

    @classmethod
    def describe(cls, dataset: Dataset) -> list[RenderableType]:
        """What ``info`` prints of a dataset of this world: tables and sentences."""
        from embodied_ssl.worlds.describing import splits_table

        return [splits_table(dataset)]

    @classmethod
    def clips(cls, rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> Iterable[Clip]:
        """What ``view`` shows of the rows of a shard; by default a clip of each episode.

        Args:
            rows: as dicts from columns to values, None where there is none; images are
                ``{"bytes": ..., "path": ...}``.
            settings: of the dataset, such as ``image_size``.
        """
        from embodied_ssl.worlds.episode_clips import episode_clips

        return episode_clips(rows)


def require_bounds(config: Any, **bounds: tuple[float, float]) -> None:
    """UserError for the first of some options that is not between its bounds, or is no number.

    Args:
        config: whose options they are.
        bounds: lowest and highest value of each, both allowed.
    """
    for name, (low, high) in bounds.items():
        value = getattr(config, name)
        if not low <= value <= high:
            raise UserError(
                f"--{name.replace('_', '-')} must be from {_shown(low)} to {_shown(high)}, "
                f"not {value}."
            )


def _shown(bound: float) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"
