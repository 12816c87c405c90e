"""InfoNCE in its general form: any positives, any score (van den Oord et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from typing import Annotated, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import gather
from embodied_ssl.errors import UserError
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.contrastive.bound import bound_figure
from embodied_ssl.methods.contrastive.scores import CriticScore, Score
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.of_pairs import pair_of
from embodied_ssl.methods.pretext.pictures import unseen_batch
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import Batch, FrameSampler, Sampler
from embodied_ssl.sampling.positives import MOMENT_STEPS, InteractionPairs, Moments
from embodied_ssl.trunks import Trunk

DRAWN, SHOWN_BATCH = 512, 64
"""Unseen pairs of the bound's figure, and how many of them pass at once."""


class InfoNCE(Method):
    """Of N candidates the positive is found; log N - loss bounds their mutual information (2018).

    What belongs together is chosen: two augmentations of an image, two views of a held object, two
    moments of an episode, or what is seen before and after a push.
    """

    pools_only: ClassVar = True

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of InfoNCE."""

        positives: Literal["augmentation", "views", "time", "interaction"] = "augmentation"
        """augmentation: of one image; views: of one object, held or circled (tabletop, turntable);
        time: two frames of an episode (rooms); interaction: before and after a push (tabletop)."""
        score: Score = "cosine"
        """cosine, bilinear (CPC), mlp, or distance (a Gaussian's)."""
        temperature: Annotated[float, Within(1e-3, 100)] = 0.1
        """Of cosine and distance."""
        steps: Annotated[int, Within(1, 10_000)] = MOMENT_STEPS
        """With time: steps of an episode between the two frames, at most."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 1024
        """Units of the projection's hidden layer."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which candidates are scored."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2, blur=0.5)
        )
        """Of both images of a pair."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)
        self.score = CriticScore(config.score, config.projection, config.temperature)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        positives = self.config.positives
        if positives == "augmentation":
            return FrameSampler(caches.values(), batch_size, seed)
        if positives == "time":
            if "rooms" not in caches:
                raise UserError("--positives time are in rooms data: give them by --data.")
            return Moments(caches["rooms"], batch_size, seed, self.config.steps)
        name = "identity" if positives == "views" else "push"
        return InteractionPairs(caches, batch_size, seed, name)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (2B, 3, s, s): all first ones, then all second ones."""
        settings = self.config.augmentation
        views = augment(torch.cat(pair_of(batch)), self.train_size, settings, step.generator)
        return {"images": self.trunk.normalize(views)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = self.trunk.pool(stages)
        z1, z2 = (gather(z) for z in self.project(y).chunk(2))
        scores = self.score(z1, z2)  # (N, N): a query a row
        own = torch.arange(len(scores), device=scores.device)
        loss = (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2
        return {
            "loss": loss,
            "information": log(len(scores)) - loss.detach(),
            "candidates": torch.tensor(float(len(scores))),
        } | watched(step, y, z1, z2)

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        pairs = []
        for number in range(DRAWN // SHOWN_BATCH):
            batch = unseen_batch(self, caches, seed, SHOWN_BATCH, number=number)
            pairs.append(self.project(self.trunk.pool(self.encode(batch))).chunk(2))
        z1, z2 = (torch.cat(views) for views in zip(*pairs, strict=True))
        return [bound_figure(self.score(z1, z2))]
