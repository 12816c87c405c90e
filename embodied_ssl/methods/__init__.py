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
            "identity": "interaction.identity:Identity",
            "forward-inverse": "interaction.forward_inverse:ForwardInverse",
            "egomotion": "motion.egomotion:EgoMotion",
            "continuous-equivariance": "motion.continuous_equivariance:Continuous",
            "temporal": "motion.temporal:Temporal",
            "drlim": "motion.drlim:DrLIM",
            "see-by-moving": "motion.see_by_moving:SeeByMoving",
            "view-prediction": "motion.view_prediction:ViewPrediction",
            "clsnet": "motion.clsnet:CLSNet",
            "rotation": "pretext.rotation:Rotation",
            "relative-patch": "pretext.relative_patch:RelativePatch",
            "jigsaw": "pretext.jigsaw:Jigsaw",
            "inpainting": "pretext.inpainting:Inpainting",
            "colorization": "pretext.colorization:Colorization",
            "split-brain": "pretext.split_brain:SplitBrain",
            "color-proxy": "pretext.color_proxy:ColorProxy",
            "depth-prediction": "pretext.depth_prediction:DepthPrediction",
            "temporal-order": "pretext.temporal_order:TemporalOrder",
            "tracking": "pretext.tracking:Tracking",
            "counting": "pretext.counting:Counting",
            "nat": "pretext.nat:NAT",
            "bigan": "pretext.bigan:BiGAN",
            "autoencoder": "pretext.autoencoder:Autoencoder",
            "supervised": "supervised:Supervised",
            "simclr": "contrastive.simclr:SimCLR",
            "moco": "contrastive.moco:MoCo",
            "infonce": "contrastive.infonce:InfoNCE",
            "cpc": "contrastive.cpc:CPC",
            "action-aware": "contrastive.action_aware:ActionAware",
            "dense-infonce": "contrastive.dense_infonce:DenseInfoNCE",
            "instdisc": "contrastive.instdisc:InstDisc",
            "pirl": "contrastive.pirl:PIRL",
            "nnclr": "contrastive.nnclr:NNCLR",
            "swav": "contrastive.swav:SwAV",
            "byol": "distillation.byol:BYOL",
            "simsiam": "distillation.simsiam:SimSiam",
            "barlow-twins": "distillation.barlow_twins:BarlowTwins",
            "vicreg": "distillation.vicreg:VICReg",
            "lejepa": "distillation.lejepa:LeJEPA",
            "dino": "distillation.dino:DINO",
            "mae": "masked.mae:MAE",
            "beit": "masked.beit:BEiT",
            "clip": "language.clip:CLIP",
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
