"""Trunks: the shared networks that every method trains and every evaluation looks into."""

from __future__ import annotations

from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.trunks.alexnet import AlexNet
from embodied_ssl.trunks.base import Trunk

__all__ = ["AlexNet", "Trunk", "build_trunk"]


def build_trunk(name: str, **settings: Any) -> Trunk:
    """A trunk with random weights.

    Args:
        name: "alexnet", or any model of timm that gives a feature pyramid.
        settings: of the AlexNet.

    Raises:
        UserError: for a name that is neither, or settings that the trunk does not have.
    """
    if name == "alexnet":
        return AlexNet(**settings)
    import timm

    from embodied_ssl.trunks.timm import TimmTrunk

    if name not in timm.list_models():
        raise _nearest(name)
    if settings:
        raise UserError(f"{name} has no setting {next(iter(settings))!r}: that is for alexnet.")
    try:
        return TimmTrunk(name)
    except (RuntimeError, AttributeError) as error:
        raise UserError(f"{name} gives no feature pyramid and cannot be a trunk.") from error


def _nearest(name: str) -> UserError:
    import difflib

    import timm

    near = difflib.get_close_matches(name, ["alexnet", *timm.list_models()], n=1, cutoff=0.5)
    suggestion = f": did you mean {near[0]!r}?" if near else "."
    return UserError(f"unknown trunk {name!r}{suggestion} Known: alexnet, any model of timm.")
