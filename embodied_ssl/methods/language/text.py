"""A causal transformer that reads text."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from embodied_ssl.sampling.text import END, TOKENS


class TextTransformer(nn.Module):
    """Features of texts (B, D): what the last layer makes of the end, having seen all before it
    (CLIP, Radford et al., ICML 2021).

    Args:
        dim: D.
        depth: layers.
        heads: of the attention.
        length: L at most.
    """

    def __init__(self, dim: int, depth: int, heads: int, length: int):
        super().__init__()
        self.embed = nn.Embedding(TOKENS, dim)
        self.positions = nn.Parameter(torch.randn(length, dim) * 0.01)
        layer = nn.TransformerEncoderLayer(
            dim, heads, 4 * dim, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(dim)
        nn.init.normal_(self.embed.weight, std=0.02)

    def forward(self, tokens: Int[Tensor, "B L"]) -> Float[Tensor, "B D"]:
        end = (tokens == END).int().argmax(1)
        longest = int(end.max()) + 1  # what is behind the end is not looked at
        x = self.embed(tokens[:, :longest]) + self.positions[:longest]
        mask = nn.Transformer.generate_square_subsequent_mask(longest, device=tokens.device)
        x = self.norm(self.layers(x, mask=mask, is_causal=True))
        return x[torch.arange(len(x), device=x.device), end]
