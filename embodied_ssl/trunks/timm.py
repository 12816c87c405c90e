"""Any convolutional network of timm as a trunk."""

from __future__ import annotations

import timm
from torch import Tensor

from embodied_ssl.trunks.base import Trunk


class TimmTrunk(Trunk):
    """A timm model with random weights, its feature pyramid as stages.

    Args:
        name: as in ``timm.list_models()``.
    """

    def __init__(self, name: str):
        super().__init__(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
        self.model = timm.create_model(name, features_only=True, pretrained=False)
        self.stage_names = tuple(self.model.feature_info.module_name())
        self.stage_dims = tuple(self.model.feature_info.channels())

    def stages(self, x: Tensor) -> list[Tensor]:
        return self.model(x)
