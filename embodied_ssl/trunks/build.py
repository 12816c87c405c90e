"""Trunks by name: ours, another package's, ``package.module:Class``, or any model of timm."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from embodied_ssl.errors import UserError
from embodied_ssl.registry import Registry
from embodied_ssl.settings import from_dict

if TYPE_CHECKING:
    from embodied_ssl.trunks.base import Trunk

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
TIMM = "embodied_ssl.trunks.timm:TimmTrunk"


def name_of(cls: type) -> str:
    """The name in ``TRUNKS`` of a class, or its ``package.module:Class``."""
    place = f"{cls.__module__}:{cls.__qualname__}"
    return next((name for name, known in TRUNKS.items() if known == place), place)


def load_trunk_class(name: str) -> type[Trunk]:
    """The class of a trunk.

    Raises:
        UserError: for a name that is neither ours nor timm's, and a class that is no trunk.
    """
    if not isinstance(name, str):
        raise UserError(f"the trunk must be a name, not {name!r}.")
    if name in TRUNKS or ":" in name:
        cls = TRUNKS.load(name)
        if not hasattr(cls, "Config") or not hasattr(cls, "stages"):
            raise UserError(f"{name} is no trunk: it has no Config or no stages.")
        return cls
    import timm  # takes seconds

    if not timm.is_model(name):
        near = difflib.get_close_matches(name, [*TRUNKS, *timm.list_models()], n=1, cutoff=0.5)
        suggestion = f": did you mean {near[0]!r}?" if near else "."
        known = ", ".join(TRUNKS)
        raise UserError(f"unknown trunk {name!r}{suggestion} Known: {known}, any model of timm.")
    return TRUNKS.load(TIMM)


def trunk_config(name: str) -> type:
    """The dataclass of what a trunk takes."""
    return load_trunk_class(name).Config


def all_settings(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What was told with the defaults of the rest.

    Raises:
        UserError: for settings that the trunk does not have, of a wrong type or out of bounds.
    """
    config = trunk_config(name)
    known = {field.name for field in dataclasses.fields(config)}
    for setting in told:
        if setting not in known:
            raise UserError(f"the trunk {name} has no setting {setting!r}.")
    return dataclasses.asdict(from_dict(config, told, f"the trunk {name}"))


def build_trunk(name: str, **settings: Any) -> Trunk:
    """A trunk with random weights, unless its settings ask for trained ones.

    Args:
        name: one of ``TRUNKS``, ``package.module:Class``, or any model of timm that gives feature
            maps or tokens.
        settings: of the trunk's ``Config``.

    Raises:
        UserError: for a name that is not known, settings that the trunk does not have, or more
            weights than fit into memory.
    """
    from embodied_ssl.trunks.memory import check_memory

    cls, settings = load_trunk_class(name), all_settings(name, settings)
    ours = name in TRUNKS or ":" in name
    build = partial(cls, **settings) if ours else partial(cls, name, **settings)
    if not settings.get("pretrained"):
        check_memory(f"the trunk {name}", build)
    return build()


def untrained_trunk(name: str, **settings: Any) -> Trunk:
    """The architecture of ``build_trunk`` with random weights even where trained ones are asked
    for: a control, or to be filled with what was saved."""
    random = {"pretrained": False} if "pretrained" in settings else {}
    return build_trunk(name, **settings | random)


def default_trunk(trunk_type: type[Trunk]) -> str:
    """The trunk that a method trains unless told otherwise: AlexNet if it can, else the first of
    ours that is of the type."""
    for name in ["alexnet", *TRUNKS]:
        if issubclass(load_trunk_class(name), trunk_type):
            return name
    raise UserError(f"none of {', '.join(TRUNKS)} is a {trunk_type.__name__}: name one by --trunk.")


def settings_it_has(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some settings that a trunk knows."""
    known = {field.name for field in dataclasses.fields(trunk_config(name))}
    return {setting: value for setting, value in settings.items() if setting in known}


def trunk_options(name: str, defaults: Mapping[str, Any]) -> type:
    """The options of a trunk, ``--trunk.width`` and their like, as a field ``trunk_settings``.

    Args:
        name: of the trunk.
        defaults: other ones than its own, where it has such settings.
    """
    from tyro.conf import arg

    config = trunk_config(name)
    hint = Annotated[config, arg(name="trunk")]
    default = partial(config, **settings_it_has(name, defaults))
    field = ("trunk_settings", hint, dataclasses.field(default_factory=default))
    return dataclasses.make_dataclass("TrunkOptions", [field], frozen=True)
