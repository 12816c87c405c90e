"""PIRL: an image and its jigsaw puzzle have the same features (Misra & van der Maaten 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn

from embodied_ssl.augment import augment
from embodied_ssl.bounds import Within
from embodied_ssl.methods.base import Stages, Step
from embodied_ssl.methods.contrastive.instdisc import InstDisc
from embodied_ssl.methods.pretext.jigsaw import GRID, TILE_SIDE, TILES
from embodied_ssl.sampling import Batch
from embodied_ssl.tiles import cut_tiles, tile_sizes
from embodied_ssl.trunks import Trunk


class PIRL(InstDisc):
    """An image and its shuffled tiles both find its row in a bank (PIRL, CVPR 2020).

    Instance discrimination, and beside it the same of the image's jigsaw puzzle.
    """

    @dataclass(frozen=True)
    class Config(InstDisc.Config):
        """Settings of PIRL; the paper compares 32,000 rows of other images."""

        tiles_weight: Annotated[float, Within(0, 1)] = 0.5
        """Of the tiles' loss; the image's has the rest."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        dim = config.projection
        self.tile_size, self.image_size = tile_sizes(train_size, GRID, TILE_SIDE)
        self.project_tile = nn.Linear(trunk.dim, dim)
        self.project_puzzle = nn.Linear(TILES * dim, dim)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``: whole ones (B, 3, s, s), and the tiles of each in random order (9B, ...)."""
        prepared, generator = super().prepare(batch, step), step.generator
        images = augment(batch["frames"], self.image_size, self.config.augmentation, generator)
        tiles = cut_tiles(images, GRID, self.tile_size, generator)
        order = torch.rand(tiles.shape[:2], generator=generator).argsort(1).to(tiles.device)
        tiles = tiles[torch.arange(len(tiles), device=tiles.device)[:, None], order]
        shuffled = self.trunk.normalize(tiles.flatten(0, 1))
        return prepared | {"images": [prepared["images"], shuffled]}

    def loss(self, stages: list[Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        whole, tiles = stages
        of_image = super().loss(whole, batch, step)
        described = self.project_tile(self.trunk.pool(tiles)).unflatten(0, (-1, TILES)).flatten(1)
        of_puzzle = self.discriminated(self.project_puzzle(described), batch)
        weight = self.config.tiles_weight
        return of_image | {"loss": weight * of_puzzle + (1 - weight) * of_image["loss"]}
