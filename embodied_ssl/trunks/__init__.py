"""Trunks: the shared networks that every method trains and every evaluation looks into."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.trunks.alexnet import AlexNet
from embodied_ssl.trunks.base import Trunk
from embodied_ssl.trunks.kitti import KittiNet

__all__ = ["AlexNet", "KittiNet", "Trunk", "all_settings", "build_trunk"]

TRUNKS: dict[str, type[Trunk]] = {"alexnet": AlexNet, "kitti": KittiNet}
"""The papers' own; every other name is timm's."""


def build_trunk(name: str, **settings: Any) -> Trunk:
    """A trunk with random weights.

    Args:
        name: one of ``TRUNKS``, or any model of timm that gives a feature pyramid.
        settings: of one of ``TRUNKS``.

    Raises:
        UserError: for a name that is neither, or settings that the trunk does not have.
    """
    if name in TRUNKS:
        _check(name, settings, inspect.signature(TRUNKS[name]).parameters)
        return TRUNKS[name](**settings)
    import timm

    from embodied_ssl.trunks.timm import TimmTrunk

    if name not in timm.list_models():
        raise _nearest(name)
    _check(name, settings, ())
    try:
        return TimmTrunk(name)
    except (RuntimeError, AttributeError) as error:
        raise UserError(f"{name} gives no feature pyramid and cannot be a trunk.") from error


def all_settings(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What was told with the defaults of the rest."""
    parameters = inspect.signature(TRUNKS[name]).parameters if name in TRUNKS else {}
    return {key: parameter.default for key, parameter in parameters.items()} | told


def _check(name: str, settings: dict[str, Any], known: Collection[str]) -> None:
    for setting in settings:
        if setting not in known:
            raise UserError(f"the trunk {name} has no setting {setting!r}.")


def _nearest(name: str) -> UserError:
    import difflib

    import timm

    near = difflib.get_close_matches(name, [*TRUNKS, *timm.list_models()], n=1, cutoff=0.5)
    suggestion = f": did you mean {near[0]!r}?" if near else "."
    known = ", ".join(TRUNKS)
    return UserError(f"unknown trunk {name!r}{suggestion} Known: {known}, any model of timm.")


def trunk_config(name):  # TEMP until the trunks' branch
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class C:
        """t"""

        width: float = 1.0
        """w"""
        fc_dim: int = 1024
        """f"""

    return C


def default_trunk(t):
    return "alexnet"


def trunk_options(name):
    """The options of a trunk, ``--trunk.width`` and their like, as a field ``trunk_settings``."""
    from dataclasses import field, make_dataclass
    from typing import Annotated

    from tyro.conf import arg

    config = trunk_config(name)
    hint = Annotated[config, arg(name="trunk")]
    return make_dataclass(
        "TrunkOptions", [("trunk_settings", hint, field(default_factory=config))], frozen=True
    )
