"""A Vision Transformer whose tokens can be masked (Dosovitskiy et al., ICLR 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.trunks.base import Sees, Trunk

SHOWN = 4  # stages at most besides the pooled one


class ViT(Trunk):
    """A Vision Transformer, tiny by default (Dosovitskiy et al., ICLR 2021).

    Positions are fixed sines and cosines of the place in the grid, as in MAE, so images of any
    multiple of the patch fit. The stages are maps of patch tokens after evenly spaced blocks, then
    the pooled output.

    Args:
        dim: numbers in a token.
        depth: blocks.
        heads: of the attention in each.
        patch: side of a patch, pixels.
        pooling: "cls", the class token, or "mean", the mean of the patch tokens.
        drop_path: probability with which the last block is skipped in training; earlier ones less.
        sees: "lightness" makes images grey, "color" leaves them as they are.
    """

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the Vision Transformer."""

        option = "--trunk."

        dim: Annotated[int, Within(4, 8192)] = 192
        """Numbers in a token; a multiple of 4 and of the heads."""
        depth: Annotated[int, Within(1, 64)] = 12
        """Blocks."""
        heads: Annotated[int, Within(1, 128)] = 3
        """Of the attention in each block."""
        patch: Annotated[int, Within(2, 128)] = 16
        """Side of a patch, pixels."""
        pooling: Literal["cls", "mean"] = "cls"
        """What stands for the image: the class token, or the mean of the patch tokens."""
        drop_path: Annotated[float, Within(0, 0.9)] = 0.0
        """Probability with which the last block is skipped in training; earlier ones less."""
        sees: Sees = "color"
        """Images as they are, or their lightness alone."""

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.dim % 4 or self.dim % self.heads:
                raise UserError(
                    f"--trunk.dim {self.dim} must be a multiple of 4 and of --trunk.heads."
                )

    def __init__(
        self,
        dim: int = 192,
        depth: int = 12,
        heads: int = 3,
        patch: int = 16,
        pooling: Literal["cls", "mean"] = "cls",
        drop_path: float = 0.0,
        sees: Sees = "color",
    ):
        super().__init__(sees=sees)
        from timm.models.vision_transformer import Block

        self.patch, self.pooling = patch, pooling
        self.embed = nn.Conv2d(3, dim, kernel_size=patch, stride=patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        drops = torch.linspace(0, drop_path, depth, device="cpu").tolist()
        self.blocks = nn.ModuleList(
            Block(dim, heads, mlp_ratio=4, qkv_bias=True, drop_path=drop) for drop in drops
        )
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        shown = evenly_spaced(depth)
        self.shown = tuple(shown)
        self.stage_names = (*(f"block{number}" for number in shown), pooling)
        self.stage_dims = (dim,) * len(self.stage_names)
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        nn.init.xavier_uniform_(self.embed.weight.flatten(1))
        nn.init.normal_(self.cls, std=0.02)

    def patches(self, x: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B N D"]:
        """Tokens of the patches, row by row, with their positions.

        Raises:
            ValueError: when the side is no multiple of the patch.
        """
        if x.shape[-1] % self.patch or x.shape[-2] % self.patch:
            raise ValueError(f"{tuple(x.shape[-2:])} are no multiples of {self.patch} pixels")
        tokens = self.embed(x)  # (B, D, h, w)
        positions = sincos_positions(*tokens.shape[-2:], self.dim).to(x.device)
        return tokens.flatten(2).mT + positions

    def tokens(
        self,
        x: Float[Tensor, "B 3 H W"],
        keep: Int[Tensor, "B K"] | None = None,
        hidden: tuple[Bool[Tensor, "B N"], Float[Tensor, " D"]] | None = None,
    ) -> Float[Tensor, "B 1+K D"]:
        """The class token and those of the patches, encoded and normalised.

        Args:
            x: normalized images.
            keep: numbers of the patches that are seen, row by row; all by default.
            hidden: which patches are not seen, and what stands in their places instead.
        """
        tokens = self.patches(x)
        if hidden is not None:
            masked, instead = hidden
            positions = sincos_positions(*(s // self.patch for s in x.shape[-2:]), self.dim)
            unseen = (instead + positions.to(x.device)).to(tokens.dtype).expand_as(tokens)
            tokens = torch.where(masked[..., None], unseen, tokens)
        if keep is not None:
            tokens = tokens.gather(1, keep[..., None].expand(-1, -1, self.dim))  # (B, K, D)
        return self._encode(tokens)[-1]

    def _with_class(self, tokens: Float[Tensor, "B K D"]) -> Float[Tensor, "B 1+K D"]:
        return torch.cat([self.cls.expand(tokens.shape[0], -1, -1), tokens], dim=1)

    def _encode(self, tokens: Float[Tensor, "B K D"]) -> list[Float[Tensor, "B 1+K D"]]:
        """With the class token in front, after each block that is shown, and at last normalised."""
        x, seen = self._with_class(tokens), []
        for number, block in enumerate(self.blocks, start=1):
            x = block(x)
            if number in self.shown:
                seen.append(x)
        return [*seen, self.norm(x)]

    def attention(self, x: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B heads h w"]:
        """How much the class token looks at each patch in the last block; with what it looks at
        itself, each head's sum is 1."""
        tokens = self._with_class(self.patches(x))
        for block in self.blocks[:-1]:
            tokens = block(tokens)
        last = self.blocks[-1]
        qkv = last.attn.qkv(last.norm1(tokens)).unflatten(2, (3, last.attn.num_heads, -1))
        query, key, _ = qkv.permute(2, 0, 3, 1, 4)  # (B, heads, 1 + N, d) each
        query, key = last.attn.q_norm(query), last.attn.k_norm(key)
        scores = query[:, :, :1] @ key.mT * last.attn.scale  # (B, heads, 1, 1 + N)
        looked = scores.float().softmax(3)[:, :, 0, 1:]
        return looked.unflatten(2, tuple(side // self.patch for side in x.shape[-2:]))

    def stages(self, x: Float[Tensor, "B 3 H W"]) -> list[Tensor]:
        height, width = (side // self.patch for side in x.shape[-2:])
        *seen, last = self._encode(self.patches(x))
        maps = [each[:, 1:].mT.unflatten(2, (height, width)) for each in seen]
        pooled = last[:, 0] if self.pooling == "cls" else last[:, 1:].mean(1)
        return [*maps, pooled[:, :, None, None]]


def evenly_spaced(depth: int) -> list[int]:
    """Numbers, from 1 on, of the blocks whose maps are stages; the last block is one of them."""
    places = torch.linspace(0, depth, min(SHOWN, depth) + 1, device="cpu")
    return places.round().int().tolist()[1:]


def sincos_positions(height: int, width: int, dim: int) -> Float[Tensor, "N dim"]:
    """Fixed positions of patches, row by row: sines and cosines of the column, then of the row.

    Args:
        height, width: of the grid, patches.
        dim: numbers in a position, a multiple of 4.
    """
    frequencies = 1 / 10_000 ** (torch.arange(dim // 4) / (dim / 4))
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    angles = [place.flatten()[:, None] * frequencies for place in (columns, rows)]
    return torch.cat([part for angle in angles for part in (angle.sin(), angle.cos())], dim=1)
