"""Masked autoencoder: paint the patches that were removed (He et al., CVPR 2022)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.losses import masked_prediction
from embodied_ssl.masks import patchify, random_masking, removed
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks.vit import ViT, sincos_positions

HEAD_DIM = 32
"""Of the decoder's attention, as in the paper."""


class MAE(Method):
    """The removed patches of an image, painted (MAE, He et al., CVPR 2022)."""

    trunk_type = ViT
    recipe: ClassVar[Recipe] = Recipe(
        lr=1.5e-4, lr_batch=256, weight_decay=0.05, adam_betas=(0.9, 0.95), warmup=0.05
    )

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the masked autoencoder."""

        masked: Annotated[float, Within(0.01, 0.99)] = 0.75
        """Part of the patches that the trunk does not see."""
        decoder_dim: Annotated[int, Within(32, 4096)] = 128
        """Width of the decoder, a multiple of 32; the paper has 512."""
        decoder_depth: Annotated[int, Within(1, 64)] = 2
        """Blocks of the decoder; the paper has 8."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.45, 1.0), brightness=0, contrast=0, saturation=0, hue=0
            )
        )
        """Only crops and mirror images, as in the paper."""

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.decoder_dim % HEAD_DIM:
                raise UserError(f"--decoder-dim must be a multiple of {HEAD_DIM}.")

    positions: Tensor

    def __init__(self, trunk: ViT, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        from timm.models.vision_transformer import Block

        dim, grid = config.decoder_dim, train_size // trunk.patch
        if grid < 2:
            raise UserError(f"--train-size {train_size} holds fewer than two patches.")
        self.patches = grid * grid
        self.embed = nn.Linear(trunk.dim, dim)
        self.mask_token = nn.Parameter(torch.zeros(dim).normal_(std=0.02))
        self.register_buffer("positions", sincos_positions(grid, grid, dim), persistent=False)
        self.decoder = nn.Sequential(
            *(Block(dim, dim // HEAD_DIM, qkv_bias=True) for _ in range(config.decoder_depth)),
            nn.LayerNorm(dim),
        )
        self.paint = nn.Linear(dim, 3 * trunk.patch**2)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        settings, generator = self.config.augmentation, step.generator
        images = augment(batch["frames"], self.train_size, settings, generator)
        drawn = random_masking(len(images), self.patches, self.config.masked, generator)
        ids_keep, ids_restore = (ids.to(images.device) for ids in drawn)
        images = self.trunk.normalize(images)
        return {"images": images, "ids_keep": ids_keep, "ids_restore": ids_restore}

    def encode(self, batch: Batch) -> Stages:
        """The tokens of the visible patches, the class token first: (B, 1 + K, D)."""
        return self.passed(
            lambda images, keep: [self.trunk.tokens(images, keep)],
            batch["images"],
            batch["ids_keep"],
        )

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        predicted = self.decode(stages[-1], batch["ids_restore"])
        target = patchify(batch["images"], self.trunk.patch)
        mask = removed(batch["ids_restore"], kept=batch["ids_keep"].shape[1])
        return {"loss": masked_prediction(predicted, target, mask)}

    def decode(self, tokens: Tensor, ids_restore: Tensor) -> Tensor:
        """Pixels of all patches (B, L, 3 * patch**2) from the tokens of the visible ones."""
        visible = self.embed(tokens)  # (B, 1 + K, d)
        count, patches, dim = len(visible), ids_restore.shape[1], visible.shape[2]
        missing = patches + 1 - visible.shape[1]
        hidden = self.mask_token.to(visible.dtype).expand(count, missing, dim)
        places = ids_restore[:, :, None].expand(-1, -1, dim)
        ordered = torch.cat([visible[:, 1:], hidden], dim=1).gather(1, places)  # (B, L, d)
        sequence = torch.cat([visible[:, :1], ordered + self.positions], dim=1)
        return self.paint(self.decoder(sequence)[:, 1:])

    def cost(self, batch: Batch) -> float:
        """The visible patches alone pass the trunk, so only their pixels count; the small decoder
        counts as a head does, nothing."""
        return batch["ids_keep"].numel() * self.trunk.patch**2 / self.train_size**2
