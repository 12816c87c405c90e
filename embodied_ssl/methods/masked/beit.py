"""BEiT: tell the visual tokens of masked patches (Bao et al., ICLR 2022)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.masks import block_masking, patchify
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks.vit import ViT

SMALLEST = 16 / 196
"""A block, as a part of the patches, as in the paper."""


class BEiT(Method):
    """The visual tokens of masked patches, classified (BEiT, Bao et al., ICLR 2022).

    The tokenizer is a small discrete variational autoencoder of patches and is trained beside the
    trunk, on the same images; the paper has one that was trained on 250 million others.
    """

    trunk_type = ViT
    recipe: ClassVar[Recipe] = Recipe(lr=1.5e-3, lr_batch=2048, weight_decay=0.05, warmup=0.05)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of BEiT."""

        masked: Annotated[float, Within(0.01, 0.99)] = 0.4
        """Part of the patches that is masked, in blocks."""
        tokens: Annotated[int, Within(2, 1 << 16)] = 512
        """Different visual tokens; the paper has 8,192."""
        hidden: Annotated[int, Within(2, 1 << 16)] = 256
        """Units of the tokenizer's layers."""
        temperature: Annotated[float, Within(1e-2, 100)] = 1.0
        """Of the tokenizer's relaxed choice."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0))
        )

    def __init__(self, trunk: ViT, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.grid = train_size // trunk.patch
        if self.grid < 2:
            raise UserError(f"--train-size {train_size} holds fewer than two patches.")
        self.mask_token = nn.Parameter(torch.zeros(trunk.dim).normal_(std=0.02))
        self.classify = nn.Linear(trunk.dim, config.tokens)
        self.tokenizer = PatchTokenizer(3 * trunk.patch**2, config.tokens, config.hidden)

    @property
    def chance(self) -> dict[str, float]:
        return {"accuracy": 1 / self.config.tokens}

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images``, which patches are ``masked`` (B, L), and noise for the tokenizer's choice."""
        settings, generator = self.config, step.generator
        images = augment(batch["frames"], self.train_size, settings.augmentation, generator)
        smallest = max(round(SMALLEST * self.grid**2), 1)
        masked = block_masking(len(images), self.grid, settings.masked, smallest, generator)
        uniform = torch.rand((*masked.shape, settings.tokens), generator=generator)
        gumbel = -(-uniform.clamp(min=1e-9).log()).clamp(min=1e-9).log()
        return {
            "images": self.trunk.normalize(images),
            "masked": masked.to(images.device),
            "gumbel": gumbel.to(images.device),
        }

    def encode(self, batch: Batch) -> Stages:
        """The tokens of all patches behind the class token (B, 1 + L, D); masked ones were not
        seen, only their places."""
        return self.passed(
            lambda images, masked: [self.trunk.tokens(images, hidden=(masked, self.mask_token))],
            batch["images"],
            batch["masked"],
        )

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        patches = patchify(batch["images"], self.trunk.patch).float()
        coded, reconstruction = self.tokenizer(patches, batch["gumbel"], self.config.temperature)
        masked = batch["masked"]
        logits = self.classify(stages[-1][:, 1:])[masked].float()
        target = coded.detach().argmax(2)[masked]
        told = F.cross_entropy(logits, target)
        used = F.one_hot(coded.detach().argmax(2).flatten(), coded.shape[2]).float().mean(0)
        return {
            "loss": told + reconstruction,
            "told": told,
            "reconstruction": reconstruction,
            "tokens_used": torch.special.entr(used).sum().exp(),
            "accuracy": (logits.argmax(1) == target).float().mean(),
        }


class PatchTokenizer(nn.Module):
    """A discrete variational autoencoder of patches (B, L, P), each by itself."""

    def __init__(self, pixels: int, tokens: int, hidden: int):
        super().__init__()
        self.norm = nn.LayerNorm(pixels, elementwise_affine=False)
        self.choose = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, tokens))
        self.codes = nn.Linear(tokens, hidden, bias=False)
        self.paint = nn.Sequential(nn.ReLU(), nn.Linear(hidden, pixels))

    def forward(self, patches: Tensor, gumbel: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """Logits of the tokens (B, L, K), and the loss of painting the patches from a relaxed
        choice, with a term that keeps all tokens in use."""
        seen = self.norm(patches)
        logits = self.choose(seen).float()
        chosen = ((logits + gumbel) / temperature).softmax(2)
        error = F.mse_loss(self.paint(self.codes(chosen)).float(), seen)
        usage = logits.softmax(2).mean((0, 1))
        return logits, error + 0.01 * (usage * (usage * len(usage)).clamp(min=1e-9).log()).sum()
