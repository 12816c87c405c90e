"""The methods. Adding one is a file beside these and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embodied_ssl.errors import UserError
from embodied_ssl.registry import Registry

if TYPE_CHECKING:
    from embodied_ssl.methods.base import Method

METHODS = Registry(
    "method",
    "embodied_ssl.methods",
    {
        name: f"embodied_ssl.methods.{place}"
        for name, place in {
            "curious-robot": "interaction.curious_robot:CuriousRobot",
            "egomotion": "motion.egomotion:EgoMotion",
            "continuous-equivariance": "motion.continuous_equivariance:Continuous",
            "temporal": "motion.temporal:Temporal",
            "drlim": "motion.drlim:DrLIM",
            "see-by-moving": "motion.see_by_moving:SeeByMoving",
            "view-prediction": "motion.view_prediction:ViewPrediction",
            "clsnet": "motion.clsnet:CLSNet",
            "rotation": "pretext.rotation:Rotation",
            "jigsaw": "pretext.jigsaw:Jigsaw",
            "simclr": "contrastive.simclr:SimCLR",
            "moco": "contrastive.moco:MoCo",
            "mae": "masked.mae:MAE",
        }.items()
    },
)

ALIASES = {"both-worlds": "curious-robot+egomotion"}
"""Names of before -> what is meant."""


def load_method_class(name: str) -> type[Method]:
    """The class of a method, or of a sum ``a+b`` of methods; UserError for a name not known, and
    for what is no method."""
    if not isinstance(name, str):
        raise UserError(f"the method must be a name, not {name!r}.")
    name = ALIASES.get(name, name)
    if "+" not in name:
        cls = METHODS.load(name)
        if not all(hasattr(cls, part) for part in ("Config", "prepare", "loss", "recipe")):
            raise UserError(f"{name} is no method: it has no Config, prepare, loss or recipe.")
        return cls
    from embodied_ssl.methods.sum import sum_of

    return sum_of(name)
