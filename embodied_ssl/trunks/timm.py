"""Any network of timm as a trunk."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import timm
from timm.layers import Format
from torch import Tensor

from embodied_ssl.errors import UserError
from embodied_ssl.trunks.base import Trunk


class TimmTrunk(Trunk):
    """A timm model: its feature pyramid, or the maps of its tokens and their mean, as stages.

    Args:
        name: as in ``timm.list_models()``.
        pretrained: with timm's weights, where they are at hand, instead of random ones.

    Raises:
        UserError: for a model that gives neither maps nor tokens, and weights that are not there.
    """

    @dataclass(frozen=True)
    class Config:
        """Settings of a timm model."""

        pretrained: bool = False
        """Begin with timm's weights, where they are at hand."""

    def __init__(self, name: str, pretrained: bool = False):
        super().__init__(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
        self.model = _create(name, pretrained)
        self.channels_last = getattr(self.model, "output_fmt", None) == Format.NHWC
        info = self.model.feature_info
        self.stage_names, self.stage_dims = tuple(info.module_name()), tuple(info.channels())
        self.has_tokens = len(set(info.reduction())) == 1
        if self.has_tokens:  # maps of one size all along: a transformer
            self.stage_names += ("mean",)
            self.stage_dims += self.stage_dims[-1:]

    def stages(self, x: Tensor) -> list[Tensor]:
        maps = list(self.model(x))
        if self.channels_last:
            maps = [each.movedim(-1, 1) for each in maps]
        return [*maps, maps[-1].mean((2, 3), keepdim=True)] if self.has_tokens else maps


def _create(name: str, pretrained: bool):
    """The model; of any input size where it can be had so."""
    options = {"features_only": True, "pretrained": pretrained}
    for flexible in ({"dynamic_img_size": True}, {}):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what timm says of weights that do not fit a task
                return timm.create_model(name, **options, **flexible)
        except TypeError:  # it does not know the option
            continue
        except (RuntimeError, AttributeError) as error:
            if pretrained:
                raise UserError(f"the weights of {name} are not at hand: {error}.") from error
            raise UserError(f"{name} gives neither maps nor tokens: no trunk.") from error
        except Exception as error:
            if pretrained:  # the hub's own errors
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise UserError(f"the weights of {name} are not at hand: {reason}") from error
            raise
    raise UserError(f"{name} gives neither maps nor tokens: no trunk.")
