"""The methods. Adding one is a file beside this one and a line here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from embodied_ssl.errors import did_you_mean

if TYPE_CHECKING:
    from embodied_ssl.methods.base import Method

METHODS = {
    "curious-robot": "embodied_ssl.methods.curious_robot:CuriousRobot",
    "both-worlds": "embodied_ssl.methods.both_worlds:BothWorlds",
    "egomotion": "embodied_ssl.methods.egomotion:EgoMotion",
    "continuous-equivariance": "embodied_ssl.methods.continuous_equivariance:Continuous",
    "temporal": "embodied_ssl.methods.temporal:Temporal",
    "drlim": "embodied_ssl.methods.drlim:DrLIM",
    "see-by-moving": "embodied_ssl.methods.see_by_moving:SeeByMoving",
    "view-prediction": "embodied_ssl.methods.view_prediction:ViewPrediction",
    "clsnet": "embodied_ssl.methods.clsnet:CLSNet",
    "rotation": "embodied_ssl.methods.rotation:Rotation",
    "simclr": "embodied_ssl.methods.simclr:SimCLR",
}
"""name -> "module:class", imported when asked for."""


def method_class(name: str) -> type[Method]:
    """The class of a method; UserError for a name that is not known."""
    if name not in METHODS:
        raise did_you_mean("method", name, METHODS)
    module, attribute = METHODS[name].split(":")
    return getattr(importlib.import_module(module), attribute)
