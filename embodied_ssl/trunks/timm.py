"""Any network of timm as a trunk."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import timm
from timm.layers import Format
from torch import Tensor, nn

from embodied_ssl.errors import UserError
from embodied_ssl.trunks.base import Sees, Trunk
from embodied_ssl.trunks.cached import weights_at_hand
from embodied_ssl.trunks.vit import evenly_spaced

PYRAMID = {"features_only": True}


class TimmTrunk(Trunk):
    """A timm model: its feature pyramid, or the maps of its tokens and its pooled output.

    Of a transformer whose grid follows the image, the stages are the maps after evenly spaced
    blocks, then the output as the model itself pools it; of any other, what timm calls its
    features.

    Args:
        name: as in ``timm.list_models()``, or with the tag of its weights.
        pretrained: with timm's weights, where they are at hand, instead of random ones.
        sees: "lightness" makes images grey, "color" leaves them as they are.

    Raises:
        UserError: for a model that gives neither maps nor tokens, and weights that are not there.
    """

    @dataclass(frozen=True)
    class Config:
        """Settings of a timm model."""

        pretrained: bool = False
        """Begin with timm's weights, where they are at hand."""
        sees: Sees = "color"
        """Images as they are, or their lightness alone."""

    def __init__(self, name: str, pretrained: bool = False, sees: Sees = "color"):
        super().__init__([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], sees)
        self.timm_name, self.model = name, _create(name, pretrained)
        self.has_tokens = _has_tokens(self.model)
        self.channels_last = getattr(self.model, "output_fmt", None) == Format.NHWC
        if self.has_tokens:
            depth = len(self.model.blocks)
            shown = evenly_spaced(depth)
            self.shown = [number - 1 for number in shown]
            self.stage_names = (*(f"block{number}" for number in shown), "pooled")
            self.stage_dims = (self.model.embed_dim,) * len(shown) + (self.model.num_features,)
        else:
            info = self.model.feature_info
            self.stage_names, self.stage_dims = tuple(info.module_name()), tuple(info.channels())

    @property
    def name(self) -> str:
        return self.timm_name

    def stages(self, x: Tensor) -> list[Tensor]:
        if self.has_tokens:
            tokens, maps = self.model.forward_intermediates(x, indices=self.shown)
            features = self.model.forward_head(tokens, pre_logits=True)
            return [*maps, features[:, :, None, None]]
        maps = self.model(x)
        return [each.movedim(-1, 1) for each in maps] if self.channels_last else list(maps)


def _has_tokens(model: nn.Module) -> bool:
    return hasattr(model, "blocks") and hasattr(model, "num_prefix_tokens")


def _create(name: str, pretrained: bool) -> Any:
    """The model; for images of any size where it can be had so, with tokens or as a pyramid."""
    flexible = {"dynamic_img_size": True}
    weights = {"pretrained_cfg_overlay": weights_at_hand(name)} if pretrained else {}
    for options in (flexible | {"num_classes": 0}, flexible | PYRAMID, PYRAMID):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what timm says of weights that do not fit a task
                model = timm.create_model(name, pretrained=pretrained, **weights, **options)
        except TypeError:  # it does not know the option
            continue
        except Exception as error:  # the hub and timm raise what they meet
            reason = next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
            if pretrained:
                raise UserError(f"the weights of {name} are not at hand: {reason}.") from error
            if isinstance(error, RuntimeError | AttributeError):
                raise UserError(f"{name} gives neither maps nor tokens: {reason}.") from error
            raise
        if _has_tokens(model) or "features_only" in options:
            return model
    raise UserError(f"{name} gives neither maps nor tokens: no trunk.")
