"""Trunks: the shared networks that every method trains and every evaluation looks into."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from embodied_ssl.errors import UserError
from embodied_ssl.registry import Registry
from embodied_ssl.trunks.alexnet import AlexNet
from embodied_ssl.trunks.base import Trunk
from embodied_ssl.trunks.kitti import KittiNet

__all__ = [
    "TRUNKS",
    "AlexNet",
    "KittiNet",
    "Trunk",
    "all_settings",
    "build_trunk",
    "default_trunk",
    "trunk_config",
    "trunk_options",
]

TRUNKS = Registry(
    "trunk",
    "embodied_ssl.trunks",
    {
        "alexnet": "embodied_ssl.trunks.alexnet:AlexNet",
        "kitti": "embodied_ssl.trunks.kitti:KittiNet",
        "vit": "embodied_ssl.trunks.vit:ViT",
        "split": "embodied_ssl.trunks.split:SplitTrunk",
    },
)
"""Our own; every other name is timm's."""


def load_trunk_class(name: str) -> type[Trunk]:
    """The class of a trunk.

    Raises:
        UserError: for a name that is neither ours nor timm's.
    """
    if name in TRUNKS or ":" in name:
        return TRUNKS.load(name)
    import timm

    from embodied_ssl.trunks.timm import TimmTrunk

    if name not in timm.list_models():
        raise _nearest(name)
    return TimmTrunk


def trunk_config(name: str) -> type:
    """The dataclass of what a trunk takes."""
    return load_trunk_class(name).Config


def build_trunk(name: str, **settings: Any) -> Trunk:
    """A trunk with random weights.

    Args:
        name: one of ``TRUNKS``, or any model of timm that gives feature maps or tokens.
        settings: of the trunk's ``Config``.

    Raises:
        UserError: for a name that is neither, or settings that the trunk does not have.
    """
    cls = load_trunk_class(name)
    known = {field.name for field in dataclasses.fields(cls.Config)}
    for setting in settings:
        if setting not in known:
            raise UserError(f"the trunk {name} has no setting {setting!r}.")
    config = cls.Config(**settings)
    own = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    trunk = cls(**own) if name in TRUNKS or ":" in name else cls(name, **own)
    trunk.name, trunk.settings = name, own
    return trunk


def all_settings(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What was told with the defaults of the rest."""
    fields = dataclasses.fields(trunk_config(name))
    return {field.name: field.default for field in fields} | told


def default_trunk(trunk_type: type[Trunk]) -> str:
    """The trunk that a method trains unless told otherwise: AlexNet if it can, else the first of
    ours that is of the type."""
    if issubclass(AlexNet, trunk_type):
        return "alexnet"
    return next(name for name in TRUNKS if issubclass(TRUNKS.load(name), trunk_type))


def trunk_options(name: str) -> type:
    """The options of a trunk, ``--trunk.width`` and their like, as a field ``trunk_settings``."""
    from tyro.conf import arg

    config = trunk_config(name)
    hint = Annotated[config, arg(name="trunk")]
    field = ("trunk_settings", hint, dataclasses.field(default_factory=config))
    return dataclasses.make_dataclass("TrunkOptions", [field], frozen=True)


def _nearest(name: str) -> UserError:
    import difflib

    import timm

    near = difflib.get_close_matches(name, [*TRUNKS, *timm.list_models()], n=1, cutoff=0.5)
    suggestion = f": did you mean {near[0]!r}?" if near else "."
    known = ", ".join(TRUNKS)
    return UserError(f"unknown trunk {name!r}{suggestion} Known: {known}, any model of timm.")
