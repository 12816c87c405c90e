"""How well a query fits a key: the scores that InfoNCE may have."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

Score = Literal["cosine", "bilinear", "mlp", "distance"]


class CriticScore(nn.Module):
    """Scores (N, M) of queries (N, D) and keys (M, D).

    Args:
        kind: cosine over the temperature; bilinear, as in CPC; an mlp that sees both; minus half
            the squared distance over the temperature.
        dim: D.
        temperature: of cosine and distance.
        hidden: units of the mlp.
    """

    def __init__(self, kind: Score, dim: int, temperature: float, hidden: int = 128):
        super().__init__()
        self.kind, self.temperature = kind, temperature
        if kind == "bilinear":
            self.form = nn.Linear(dim, dim, bias=False)
        if kind == "mlp":
            self.of_query, self.of_key = nn.Linear(dim, hidden), nn.Linear(dim, hidden, bias=False)
            self.joint = nn.Sequential(nn.ReLU(), nn.Linear(hidden, 1))

    def forward(
        self, query: Float[Tensor, "N D"], key: Float[Tensor, "M D"]
    ) -> Float[Tensor, "N M"]:
        # Autocast would round both to bfloat16.
        with torch.autocast(query.device.type, enabled=False):
            return self.scores(query.float(), key.float())

    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        if self.kind == "cosine":
            return F.normalize(query, dim=1) @ F.normalize(key, dim=1).T / self.temperature
        if self.kind == "bilinear":
            return self.form(query) @ key.T / query.shape[1] ** 0.5
        if self.kind == "distance":
            return -torch.cdist(query, key).square() / (2 * self.temperature)
        both = self.of_query(query)[:, None] + self.of_key(key)  # (N, M, hidden)
        return self.joint(both).squeeze(2)
