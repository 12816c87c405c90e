"""Whether features have collapsed: their spread, rank, alignment and uniformity."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

EMBEDDING_SPREAD = "embedding_spread"
"""The number of a step that stops a training whose embeddings have become one point."""


def spread(z: Float[Tensor, "N D"]) -> Float[Tensor, ""]:
    """How far features are from collapse (SimSiam, Chen and He 2021): 1 where their directions are
    as likely as any, 0 where all are the same. The standard deviation of each number of the
    normalised features, a mean over them, times the root of D."""
    return F.normalize(z.float(), dim=1).std(0).mean() * z.shape[1] ** 0.5


def rank_me(z: Float[Tensor, "N D"]) -> Float[Tensor, ""]:
    """The effective rank of features: the exponential of the entropy of their singular values
    (RankMe, Garrido et al., ICML 2023); 1 where all lie on a line through 0."""
    finite = z.float().where(z.isfinite(), 0)  # or the decomposition would raise
    singular = torch.linalg.svdvals(finite)
    share = singular / singular.sum().clamp(min=torch.finfo(singular.dtype).tiny)
    return torch.special.entr(share).sum().exp()


def alignment(z1: Float[Tensor, "N D"], z2: Float[Tensor, "N D"]) -> Float[Tensor, ""]:
    """The mean squared distance of the normalised features of positive pairs (Wang and Isola, ICML
    2020)."""
    return (F.normalize(z1.float(), dim=1) - F.normalize(z2.float(), dim=1)).square().sum(1).mean()


def uniformity(z: Float[Tensor, "N D"], t: float = 2.0) -> Float[Tensor, ""]:
    """The logarithm of the mean Gaussian potential of normalised features (Wang and Isola, ICML
    2020): 0 where all are the same, about -2 t where they are spread over a sphere of many
    dimensions."""
    return torch.pdist(F.normalize(z.float(), dim=1)).square().mul(-t).exp().mean().log()
