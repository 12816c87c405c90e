"""Features from tracked patches (Wang and Gupta, ICCV 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.crops import square_at
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.figures import Figure
from embodied_ssl.losses import ranking_hinge
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch, Sampler, TrackSampler
from embodied_ssl.trunks import Trunk


class Tracking(Method):
    """A patch and what became of it are nearer than other patches (Wang & Gupta, ICCV 2015).

    Patches are followed through clips by optical flow. After a while only the hardest of the other
    patches of a batch count.
    """

    worlds = ("rooms",)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of tracking."""

        frames: Annotated[int, Within(2, 10_000)] = 6
        """In a track; the paper follows a patch for 30 frames of a film."""
        stride: Annotated[int, Within(1, 10_000)] = 1
        """Steps of an episode from each frame to the next."""
        patch: Annotated[float, Within(0.1, 1)] = 0.5
        """Side of a patch, as a part of the frame's."""
        margin: Annotated[float, Within(0, 2)] = 0.5
        """By which the cosine of the two patches shall exceed that of others."""
        hardest: Annotated[int, Within(1, 1 << 16)] = 4
        """Other patches that count, the nearest ones of the batch, as in the paper."""
        easy: Annotated[float, Within(0, 1)] = 0.3
        """Part of the training in which one other patch counts, drawn by its place in the batch."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which patches are compared; the paper has 1,024."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.9, 1.0), brightness=0.1, contrast=0.1, saturation=0.1, hue=0.02
            )
        )
        """Of each patch."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = nn.Linear(trunk.dim, config.projection)

    @property
    def chance(self) -> dict[str, float]:
        """A patch's own later one or that of another: which of them is nearer?"""
        return {"accuracy": 0.5}

    @property
    def bound_to_budget(self) -> bool:
        return True

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        if "rooms" not in caches:
            raise UserError("tracking learns from clips: give --data of rooms.")
        settings = self.config
        return TrackSampler(
            caches["rooms"], batch_size, seed, settings.frames, settings.stride, settings.patch
        )

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (2B, 3, s, s): the first patch of every track, then the last."""
        patches = torch.cat(
            [
                square_at(batch[end], batch[f"{end}_centre"], self.config.patch, self.train_size)
                for end in ("first", "last")
            ]
        )
        images = augment(patches, self.train_size, self.config.augmentation, step.generator)
        return {"images": self.trunk.normalize(images)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        z = F.normalize(self.project(self.trunk.pool(stages)).float(), dim=1)
        query, tracked = z.chunk(2)
        similarity = float32_product(query, tracked.T)  # (B, B)
        hardest = self.config.hardest if step.progress >= self.config.easy else None
        return {
            "loss": ranking_hinge(similarity, self.config.margin, hardest),
            "accuracy": (similarity.diag() > similarity.roll(1, 1).diag()).float().mean(),
        }

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            first, last = (batch["images"] * self.trunk.std + self.trunk.mean).chunk(2)
            z = F.normalize(self.project(self.trunk.pool(self.encode(batch))), dim=1)
            query, tracked = z.chunk(2)
            others = (query @ tracked.T).fill_diagonal_(-2)
            return {"patch": first, "tracked": last, "nearest other": last[others.argmax(1)]}

        return [picture_strips(self, caches, seed, pictures, "Patches tracked in unseen rooms")]
