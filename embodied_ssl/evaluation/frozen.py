"""What is judged: an image as it is, or the stages of a frozen trunk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8

from embodied_ssl.evaluation.base import Model
from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.evaluation.features import stage_features, stage_maps
from embodied_ssl.evaluation.finite import check_maps, check_weights
from embodied_ssl.methods.base import Method
from embodied_ssl.training.runs import load_method
from embodied_ssl.trunks import Trunk

Images = UInt8[np.ndarray, "N S S 3"]
Opener = Callable[[Images, torch.device], Model]
"""Images that are not judged, and a device -> the model, ready to look at others."""


class ImageModel(Model):
    """What an image is like without any network."""

    def __init__(self, name: str, describe: Callable[[Images], Features], device: torch.device):
        super().__init__(name, device)
        self._describe = describe

    def describe(self, images: Images) -> Features:
        return self._describe(images)


class TrunkModel(Model):
    """A frozen trunk."""

    def __init__(self, name: str, trunk: Trunk, device: torch.device, run: Path | None = None):
        super().__init__(name, device)
        self.trunk = trunk.to(device, memory_format=torch.channels_last).eval()
        self.run = run

    def describe(self, images: Images) -> Features:
        return stage_features(self.trunk, images, self.device)

    def maps(self, images: Images) -> dict[str, Float[np.ndarray, "N C h w"]]:
        return check_maps(stage_maps(self.trunk, images, self.device), self.name)

    def method(self) -> Method | None:
        if self.run is None:
            return None
        method = load_method(self.run)
        check_weights(method, self.name)
        return method.to(self.device)
