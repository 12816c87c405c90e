"""Depth and surface normals from colour (Eigen and Fergus, ICCV 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from embodied_ssl.augment import Augmentation, draw_variations
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import MapHead, shrunk
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.depths import DepthSampler
from embodied_ssl.trunks import Trunk
from embodied_ssl.variations import varied, warped

SCALE = 4
"""Pixels of the image for one of the map, along each side."""
SCALE_INVARIANCE = 0.5
"""Lambda of the paper: how much of the error that all pixels share is forgiven."""
LEAST_RELIEF = 1e-6
"""Variance of the log depth below which a batch is flat."""


class DepthPrediction(Method):
    """Depth and surface normals from colour (Eigen and Fergus, ICCV 2015).

    A robot with a depth camera has these labels for nothing. Depth is told as its logarithm, whose
    error is partly forgiven where all pixels share it; normals are told beside it.
    """

    worlds = ("rooms", "tabletop", "turntable")

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of depth prediction."""

        normals_weight: Annotated[float, Within(0, 1e4)] = 0.5
        """Of the error of the normals beside that of the depth."""
        gradients_weight: Annotated[float, Within(0, 1e4)] = 1.0
        """Of the error of the depth's slopes from pixel to pixel."""
        hidden: Annotated[int, Within(2, 4096)] = 128
        """Channels of the head."""
        augmentation: Augmentation = Augmentation(crop_side=(0.6, 1.0), gray=0.2)  # noqa: RUF009
        """Crops and mirror images, of the depth too, and changes of colour."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.side = max(train_size // SCALE, 2)
        self.surface = MapHead(trunk, train_size, 4, self.side, config.hidden)

    @property
    def chance(self) -> dict[str, float]:
        """Who knows how far away the whole is, but not its relief, explains nothing."""
        return {"explained": 0.0}

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        return DepthSampler(caches, batch_size, seed)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``; ``log_depth`` (B, 1, d, d) of log metres, NaN where it is not known."""
        frames = batch["frames"]
        how = draw_variations(
            self.config.augmentation, len(frames), self.train_size, step.generator
        )
        return {
            "images": self.trunk.normalize(varied(frames, self.train_size, how)),
            "log_depth": averaged(warped(batch["depth"], self.train_size, how).log(), self.side),
        }

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        told = self.surface(stages[self.surface.stage], self.trunk.pool(stages)).float()
        depth, normals = told[:, :1], told[:, 1:]
        target = batch["log_depth"]
        known = target.isfinite()
        target = torch.where(known, target, depth.detach())
        error = depth - target
        square, shared = of_known(error.square(), known), of_known(error, known).square()
        slopes, both = slopes_of(error, known)
        angles, flat = normals_of(target, known)
        cosine = F.cosine_similarity(normals, angles, dim=1)[:, None]
        numbers = {
            "depth": (square - SCALE_INVARIANCE * shared).mean(),
            "slopes": of_known(slopes.square().sum(1, keepdim=True), both).mean(),
            "normals": of_known(1 - cosine, flat).mean(),
        }
        config = self.config
        total = numbers["depth"] + config.gradients_weight * numbers["slopes"]
        relief = of_known(target.square(), known) - of_known(target, known).square()
        return {
            "loss": total + config.normals_weight * numbers["normals"],
            **numbers,
            "explained": explained(square - shared, relief),
        }

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            stages = self.encode(batch)
            told = self.surface(stages[self.surface.stage], self.trunk.pool(stages)).float()
            target = batch["log_depth"]
            known = target.isfinite()
            angles, _ = normals_of(torch.where(known, target, 0.0), known)
            return {
                "seen": batch["images"] * self.trunk.std + self.trunk.mean,
                "depth told": _grey(told[:, :1], target),
                "true depth": _grey(target, target),
                "normals told": (F.normalize(told[:, 1:], dim=1) + 1) / 2,
                "true normals": (angles + 1) / 2,
            }

        return [picture_strips(self, caches, seed, pictures, "Depth and normals of unseen frames",
                               "Near is bright.")]  # fmt: skip


def of_known(values: Float[Tensor, "B 1 d d"], known: Bool[Tensor, "B 1 d d"]) -> Tensor:
    """The mean (B,) over the known pixels of each image, 0 where there are none."""
    values = torch.where(known, values, 0.0)
    return values.sum((1, 2, 3)) / known.sum((1, 2, 3)).clamp(min=1)


def averaged(maps: Float[Tensor, "B 1 H W"], side: int) -> Float[Tensor, "B 1 side side"]:
    """The means of what is known in each cell, NaN where nothing is: of nearest pixels alone a
    plane would have steps."""
    known = maps.isfinite()
    share = shrunk(known, side)
    return shrunk(torch.where(known, maps, 0.0), side) / torch.where(share > 0, share, torch.nan)


def explained(error: Float[Tensor, " B"], relief: Float[Tensor, " B"]) -> Tensor:
    """How much of the variance within images is not error, 0 of a batch without any."""
    whole = relief.sum()
    told = 1 - error.sum() / whole.clamp(min=LEAST_RELIEF)
    return torch.where(whole > LEAST_RELIEF, told, 0.0)


def slopes_of(
    log_depth: Float[Tensor, "B 1 d d"], known: Bool[Tensor, "B 1 d d"]
) -> tuple[Float[Tensor, "B 2 e e"], Bool[Tensor, "B 1 e e"]]:
    """Differences to the next pixel, right and down, and where both are known; e is d - 1."""
    but_last, but_first = slice(None, -1), slice(1, None)
    here, right, down = (but_last, but_last), (but_last, but_first), (but_first, but_last)
    slopes = [log_depth[..., *to] - log_depth[..., *here] for to in (right, down)]
    both = known[..., *here] & known[..., *right] & known[..., *down]
    return torch.cat(slopes, dim=1), both


def normals_of(
    log_depth: Float[Tensor, "B 1 d d"], known: Bool[Tensor, "B 1 d d"]
) -> tuple[Float[Tensor, "B 3 d d"], Bool[Tensor, "B 1 d d"]]:
    """Unit normals of the surface, right, down and towards the camera, and where they are known.

    They are those of weak perspective, seen from as far as the picture is wide (53 degrees), since
    a crop does not say of what lens it is.
    """
    slopes, both = slopes_of(log_depth, known)
    side = log_depth.shape[-1]
    away = torch.ones_like(slopes[:, :1])
    normals = F.normalize(torch.cat([side * slopes, away], dim=1), dim=1)
    padding = (0, 1, 0, 1)
    return F.pad(normals, padding, mode="replicate"), F.pad(both, padding, value=False)


def _grey(log_depth: Tensor, target: Tensor) -> Tensor:
    """Pictures (B, 3, d, d), bright where ``log_depth`` is least within the range of ``target``."""
    low = target.nan_to_num(float("inf")).amin((1, 2, 3), keepdim=True)
    high = target.nan_to_num(float("-inf")).amax((1, 2, 3), keepdim=True)
    bright = 1 - (log_depth - low) / (high - low).clamp(min=1e-3)
    return bright.nan_to_num(0.0).clamp(0, 1).expand(-1, 3, -1, -1)
