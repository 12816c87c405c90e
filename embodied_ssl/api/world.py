"""Worlds to act in."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from embodied_ssl.errors import did_you_mean
from embodied_ssl.settings import from_dict
from embodied_ssl.worlds import WORLDS

if TYPE_CHECKING:
    from gymnasium import Env


def make(world: str, image_size: int = 128, **options: Any) -> Env[Any, Any]:
    """A world as a gymnasium env.

    Args:
        world: ``tabletop``, ``rooms``, ``turntable``, or a world of another package.
        image_size: S, pixels along each side of what its camera sees.
        options: those of ``collect --env WORLD``, such as ``objects=("household",)``, and keyword
            arguments of the env's own class, such as ``render_mode="rgb_array"``.

    Raises:
        UserError: for a world or an option that is not known, and a value that does not fit.
    """
    cls = WORLDS.load(world)
    names = {field.name for field in fields(cls.Config)}
    told = {name: value for name, value in options.items() if name in names}
    others = {name: value for name, value in options.items() if name not in names}
    config = from_dict(cls.Config, told, f"the world {world}")
    try:
        return cls(config).open_env(image_size, **others)
    except TypeError as error:
        unknown = next((name for name in others if repr(name) in str(error)), None)
        if unknown is None:
            raise
        raise did_you_mean(f"option of {world}", unknown, names) from error
