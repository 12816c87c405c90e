"""Contrastive predictive coding of patches (van den Oord et al. 2018; Henaff et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.distributed import gather, rank
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.views import watched
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch
from embodied_ssl.tiles import MIN_TILE
from embodied_ssl.trunks import Trunk


class CPC(Method):
    """Patches further down are told from those above, among all of a batch (CPC, 2018 and 2020).

    Overlapping patches pass the trunk alone. A context network that sees only what is above a place
    and left of it tells the features of the patches rows below; as an image may be seen from any of
    its four sides, the images of a batch are turned by a random quarter first.
    """

    pools_only: ClassVar = True

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of contrastive predictive coding."""

        grid: Annotated[int, Within(3, 31)] = 5
        """Patches along a side, each half over its neighbours; the paper has 7."""
        ahead: Annotated[int, Within(1, 29)] = 2
        """Rows that are told, the nearest is skipped for its overlap; the paper has 5."""
        dim: Annotated[int, Within(2, 1 << 14)] = 128
        """Dimensions in which patches are found."""
        layers: Annotated[int, Within(1, 64)] = 3
        """Of the context network."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.6, 1.0), gray=0.25)
        )
        """Of the image before it is cut."""

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.ahead > self.grid - 2:
                raise UserError(
                    f"--ahead {self.ahead} needs a --grid of at least {self.ahead + 2}."
                )

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        dim = config.dim
        self.stride = max(train_size // (config.grid + 1), MIN_TILE // 2)
        self.image_size = self.stride * (config.grid + 1)
        self.project = nn.Linear(trunk.dim, dim)
        self.context = nn.Sequential(*(_MaskedBlock(dim) for _ in range(config.layers)))
        self.tell = nn.ModuleList(nn.Conv2d(dim, dim, 1) for _ in range(config.ahead))

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (g * g * B, 3, t, t): the patches of one image after the other."""
        settings, generator = self.config.augmentation, step.generator
        images = augment(batch["frames"], self.image_size, settings, generator)
        quarter = int(torch.randint(4, (), generator=generator))
        images = images.rot90(quarter, dims=(2, 3))
        size = 2 * self.stride
        patches = images.unfold(2, size, self.stride).unfold(3, size, self.stride)
        patches = patches.permute(0, 2, 3, 1, 4, 5).flatten(0, 2)  # (B g g, 3, t, t)
        return {"images": self.trunk.normalize(patches)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        grid = self.config.grid
        y = self.trunk.pool(stages)
        z = self.project(y).float()
        maps = z.unflatten(0, (-1, grid, grid)).permute(0, 3, 1, 2)  # (B, D, g, g)
        seen = self.context(maps)
        mine = maps.permute(0, 2, 3, 1).flatten(0, 2)  # (B g g, D)
        candidates = gather(mine)  # of all processes
        number = rank() * len(mine) + torch.arange(len(mine), device=z.device)
        number = number.reshape(-1, grid, grid)
        losses, right = [], []
        for rows, tell in enumerate(self.tell, start=2):  # one row further overlaps
            query = tell(seen)[:, :, :-rows].permute(0, 2, 3, 1).flatten(0, 2)
            logits = float32_product(query, candidates.T) / candidates.shape[1] ** 0.5
            own = number[:, rows:].flatten()
            losses.append(F.cross_entropy(logits, own))
            right.append((logits.argmax(1) == own).float().mean())
        loss = torch.stack(losses).mean()
        return {
            "loss": loss,
            "accuracy": torch.stack(right).mean(),
            "information": log(len(candidates)) - loss.detach(),
        } | watched(step, y, query, candidates[own])


class _MaskedBlock(nn.Module):
    """A residual layer that sees the rows above, and of its own row what is left, with itself."""

    def __init__(self, dim: int):
        super().__init__()
        self.above = nn.Conv2d(dim, dim, (2, 3))  # the row above and its own, of which less counts
        mask = torch.ones(1, 1, 2, 3)
        mask[..., 1, 2] = 0  # what is right of a place is not seen
        self.register_buffer("mask", mask, persistent=False)
        self.mix = nn.Sequential(nn.ReLU(), nn.Conv2d(dim, dim, 1))

    def forward(self, x: Tensor) -> Tensor:
        weight = self.above.weight * self.mask
        around = F.conv2d(F.pad(x, (1, 1, 1, 0)), weight, self.above.bias)
        return x + self.mix(around)
