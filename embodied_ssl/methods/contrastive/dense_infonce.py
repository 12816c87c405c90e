"""Pixels of one surface point find each other (after Dense Object Nets, Florence et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.augment import Augmentation, draw_variations
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import gather
from embodied_ssl.figures import Figure
from embodied_ssl.losses import info_nce
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.contrastive.dense_figures import found_points
from embodied_ssl.methods.decoders import PixelHead
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.methods.views import watched
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.correspondences import RASTER, CorrespondenceSampler
from embodied_ssl.trunks import Trunk
from embodied_ssl.variations import moved, varied

AMONG = 32
"""Matches among which ``found`` looks for the partner of each, most of them of the same views."""


class DenseInfoNCE(Method):
    """Pixels of one surface point find each other (Dense Object Nets, Florence et al., CoRL 2018).

    Two views of an object by a camera with depth that knows where it was: a pixel of one is a point
    of the object, and the point is a pixel of the other.
    """

    worlds = ("turntable",)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of dense InfoNCE."""

        matches: Annotated[int, Within(2, RASTER**2)] = 32
        """Pixels of two views that are matched, at most."""
        choices: Annotated[int, Within(2, 1 << 14)] = 512
        """Pixels of as many pairs of views among which each has to be found, at most."""
        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        """Of the softmax over pixels, and of that over views."""
        global_weight: Annotated[float, Within(0, 1e6)] = 1.0
        """Of InfoNCE between whole views, by their pooled features; 0: of pixels alone."""
        hidden: Annotated[int, Within(2, 1 << 16)] = 128
        """Units of the heads' hidden layers."""
        projection: Annotated[int, Within(2, 1 << 16)] = 64
        """Dimensions in which pixels and views are compared."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.6, 1.0), rotate=0.3, brightness=0.3, contrast=0.3, saturation=0.2,
                hue=0.02,
            )
        )  # fmt: skip
        """Of each view, with its pixels; both of a pair are mirrored or none, otherwise nothing
        would tell the left of an object from its right. Colours change little: they are much of
        what tells points apart, and every view has a lamp of its own."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.at_pixels = PixelHead(trunk, train_size, config.projection, config.hidden)
        self.project = (
            projection_head(trunk.dim, config.hidden, config.projection)
            if config.global_weight
            else None
        )

    @property
    def chance(self) -> dict[str, float]:
        """Who knows nothing finds one in ``AMONG``."""
        return {"found": 1 / AMONG}

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        return CorrespondenceSampler(caches, batch_size, seed, self.config.matches)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (2B, 3, s, s): all first views, then all second ones; ``pixels`` (2B, K, 2) of
        them as ``PixelHead`` wants them; and which are ``matched`` (B, K) still, in both views."""
        frames, config = torch.cat([batch["first"], batch["second"]]), self.config.augmentation
        mirrored = torch.rand(len(batch["first"]), generator=step.generator) < config.flip
        how = draw_variations(
            config, len(frames), self.train_size, step.generator, flip=mirrored.repeat(2)
        )
        pixels = moved(torch.cat([batch["pixels"][:, 0], batch["pixels"][:, 1]]), how)
        inside = (pixels.abs() < 1).all(-1)
        first, second = inside.chunk(2)
        return {
            "images": self.trunk.normalize(varied(frames, self.train_size, how)),
            "pixels": pixels,
            "matched": batch["matched"] & first & second,
            "index": batch["index"],
        }

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        config, matched = self.config, batch["matched"]
        pooled = self.trunk.pool(stages)
        both = self.at_pixels(stages, pooled, batch["pixels"], matched.repeat(2, 1))  # (2M, D)
        z1, z2 = both.float().chunk(2)
        dense = pixel_info_nce(z1, z2, config.temperature, config.choices)
        numbers = {"dense": dense}
        compared = z1[: config.choices], z2[: config.choices]
        if len(z1) < 2:
            compared = pooled.chunk(2)  # so few matches have no spread
        if self.project is not None:
            compared = tuple(gather(p) for p in self.project(pooled).chunk(2))
            # An object that is twice in a batch is no other one.
            group = gather(batch["index"])
            numbers["global"] = info_nce(*compared, config.temperature, group)
        return {
            "loss": dense + config.global_weight * numbers.get("global", 0.0),
            **numbers,
            "matched": matched.float().mean(),
            "found": found(z1, z2),
        } | watched(step, pooled, *compared)

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            stages = self.encode(batch)
            pooled = self.trunk.pool(stages)
            images = batch["images"] * self.trunk.std + self.trunk.mean
            return found_points(
                lambda pixels, chosen: self.at_pixels(stages, pooled, pixels, chosen),
                images,
                batch["pixels"],
                batch["matched"],
            )

        title = "Points of unseen objects, found from view to view"
        return [picture_strips(self, caches, seed, pictures, title, "A colour is one point.")]


def pixel_info_nce(
    z1: Float[Tensor, "M D"], z2: Float[Tensor, "M D"], temperature: float, choices: int
) -> Float[Tensor, ""]:
    """InfoNCE of pixels of the first views with those of the second ones that show the same points,
    row i of both point i; 0 without any. Which view is the first is chance, so one way is enough.

    All pixels of a batch would be too many to compare with each other: they are compared within
    parts of ``choices`` rows at most, of nearly one length.
    """
    parts = max(1, ceil(len(z1) / choices))
    total = z1.sum() * 0  # what the head has made has a gradient without pixels too
    for a, b in zip(z1.tensor_split(parts), z2.tensor_split(parts), strict=True):
        if len(a):
            total = total + len(a) * info_nce(a, b, temperature)
    return total / max(len(z1), 1)


@torch.no_grad()
def found(z1: Float[Tensor, "M D"], z2: Float[Tensor, "M D"]) -> Float[Tensor, ""]:
    """Of how many pixels the most similar one of ``AMONG`` of the other views, those of the rows
    about its own, is that of the same point; chance where there are fewer."""
    groups = len(z1) // AMONG
    if not groups:
        return z1.new_tensor(1 / AMONG)
    z1, z2 = (
        F.normalize(z[: groups * AMONG], dim=1).unflatten(0, (groups, AMONG)) for z in (z1, z2)
    )
    nearest = float32_product(z1, z2.mT).argmax(2)  # (G, AMONG)
    return (nearest == torch.arange(AMONG, device=z1.device)).float().mean()
