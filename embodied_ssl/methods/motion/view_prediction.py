"""View prediction: a frame and how the camera moves in, the frame after the motion out.

In pixels by a decoder of the last convolutional map, and in features: what is predicted from the
features and the motion has to find the true features after it among those of the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from embodied_ssl.augment import IDENTITY, augment
from embodied_ssl.bounds import Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import gather
from embodied_ssl.errors import UserError
from embodied_ssl.figures import Figure
from embodied_ssl.losses import info_nce
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.decoders import doubled
from embodied_ssl.methods.interaction.heads import tap
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.methods.motion.view_prediction_figures import predicted_views
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk

REACH = (0.8, 0.3, 1.2)  # metres ahead, metres aside, radians: motions become numbers of about 1
GRID = 6  # side of the map that the decoder begins with


class ViewPrediction(PairMethod):
    """The view after a motion, predicted as an image and as features."""

    @dataclass(frozen=True)
    class Config(PairMethod.Config):
        """Settings of view prediction."""

        pixels: Annotated[float, Within(0, 1e6)] = 1.0
        """Weight of the decoded image's mean absolute error."""
        features: Annotated[float, Within(0, 1e6)] = 0.1
        """Weight of the predicted features' InfoNCE."""
        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        """Of its softmax."""
        width: Annotated[int, Within(8, 1024)] = 128
        """Channels of the decoder's first layer; each of its three doublings of the resolution
        halves them."""

        def __post_init__(self) -> None:
            super().__post_init__()
            if not self.same_augmentation:
                raise UserError(
                    "view-prediction cannot predict another light: no --no-same-augmentation."
                )

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.stage = tap(trunk, "conv5")
        maps = trunk.stage_dims[self.stage]
        self.mix = nn.Sequential(
            nn.Conv2d(maps + 3, config.width, 1), nn.ReLU(),
            nn.Flatten(), nn.Linear(GRID**2 * config.width, 512), nn.ReLU(),
            nn.Linear(512, GRID**2 * config.width), nn.ReLU(),
            nn.Unflatten(1, (config.width, GRID, GRID)),
        )  # fmt: skip
        self.decode = nn.Sequential(
            *(doubled(config.width >> i, config.width >> (i + 1)) for i in range(3)),
            nn.Conv2d(config.width >> 3, 3, 3, padding=1),
        )
        self.predict_features = nn.Sequential(
            nn.Linear(trunk.dim + 3, 512), nn.ReLU(), nn.Linear(512, trunk.dim)
        )

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """Both frames for the trunk, and what the second shows as ``after``, the target."""
        prepared = super().prepare(batch, step)
        second = prepared["images"].chunk(2)[1] * self.trunk.std + self.trunk.mean
        return prepared | {"after": F.interpolate(second, size=8 * GRID, mode="area")}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        outputs = super().loss(stages, batch, step)
        before = stages[self.stage][: len(batch["motion"])]
        decoded = self._decoded(before, batch["motion"]).float()
        error = (decoded - batch["after"]).abs().mean()
        total = outputs["loss"] + self.config.pixels * error
        return outputs | {"loss": total, "pixels": error}

    def pair_loss(self, z1: Tensor, z2: Tensor, batch: Batch, step: Step) -> dict[str, Tensor]:
        query = self.after_motion(z1, batch["motion"])
        found = info_nce(gather(query), gather(z2), self.config.temperature)
        return {"loss": self.config.features * found, "features": found}

    def after_motion(
        self, features: Float[Tensor, "B D"], motion: Float[Tensor, "B 3"]
    ) -> Float[Tensor, "B D"]:
        """The features after the motions."""
        return self.predict_features(torch.cat([features, _scaled(motion)], dim=1))

    def _decoded(self, maps: Tensor, motion: Tensor) -> Float[Tensor, "B 3 s s"]:
        maps = F.adaptive_avg_pool2d(maps, GRID)
        moved = _scaled(motion).to(maps.dtype)[:, :, None, None].expand(-1, -1, GRID, GRID)
        return self.decode(self.mix(torch.cat([maps, moved], dim=1))).sigmoid()

    @torch.inference_mode()
    def predict(
        self, first: UInt8[Tensor, "B 3 S S"], motion: Float[Tensor, "B 3"]
    ) -> Float[Tensor, "B 3 s s"]:
        """The views after the motions, of a smaller size s, values from 0 to 1."""
        images = augment(first, self.train_size, IDENTITY, torch.Generator())
        stages = self.trunk.stages(self.trunk.normalize(images))
        return self._decoded(stages[self.stage], motion).float()

    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        return [predicted_views(self.predict, self.config, caches["rooms"], seed)]


def _scaled(motion: Tensor) -> Tensor:
    return motion / motion.new_tensor(REACH)
