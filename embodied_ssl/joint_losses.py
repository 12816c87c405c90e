"""Losses of joint embeddings beside InfoNCE, as pure functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.distributed import gather, rank, world_size
from embodied_ssl.products import float32_product


def negative_cosine(p: Float[Tensor, "N D"], z: Float[Tensor, "N D"]) -> Float[Tensor, ""]:
    """-cos of predictions and targets (SimSiam, Chen and He, CVPR 2021); BYOL's squared distance of
    normalised vectors is 2 more than twice this."""
    return -F.cosine_similarity(p.float(), z.float(), dim=1).mean()


def barlow_twins(
    z1: Float[Tensor, "N D"], z2: Float[Tensor, "N D"], redundancy: float
) -> Float[Tensor, ""]:
    """The cross-correlation of two views' features shall be the identity (Zbontar et al. 2021).

    Args:
        z1, z2: of the whole batch.
        redundancy: lambda, weight of what is off the diagonal.
    """
    z1, z2 = (_standardized(z.float()) for z in (z1, z2))
    correlation = float32_product(z1.T, z2) / len(z1)  # (D, D)
    on = (correlation.diag() - 1).square().sum()
    return on + redundancy * off_diagonal(correlation).square().sum()


def _covariance(z: Float[Tensor, "N D"]) -> Float[Tensor, "D D"]:
    centred = z - z.mean(0)
    return float32_product(centred.T, centred) / (len(z) - 1)


def _standardized(z: Tensor) -> Tensor:
    return (z - z.mean(0)) / (z.var(0, correction=0) + 1e-5).sqrt()


def off_diagonal(square: Float[Tensor, "D D"]) -> Float[Tensor, " M"]:
    """All elements that are not on the diagonal."""
    return square[~torch.eye(len(square), dtype=torch.bool, device=square.device)]


def vicreg(
    z1: Float[Tensor, "N D"],
    z2: Float[Tensor, "N D"],
    invariance: float,
    variance: float,
    covariance: float,
) -> Float[Tensor, ""]:
    """Views alike, every feature with a standard deviation of 1, no two of them correlated (VICReg,
    Bardes, Ponce and LeCun, ICLR 2022); the weights are lambda, mu and nu."""
    z1, z2 = z1.float(), z2.float()
    alike = F.mse_loss(z1, z2)
    wide = sum(F.relu(1 - (z.var(0) + 1e-4).sqrt()).mean() for z in (z1, z2)) / 2
    apart = sum(off_diagonal(_covariance(z)).square().sum() / z.shape[1] for z in (z1, z2))
    return invariance * alike + variance * wide + covariance * apart


@torch.no_grad()
def sinkhorn(
    scores: Float[Tensor, "N K"], epsilon: float, iterations: int = 3
) -> Float[Tensor, "N K"]:
    """Codes that use all prototypes equally (SwAV, Caron et al., NeurIPS 2020): the rows of each
    process, over the images of all of them.

    Args:
        scores: cosines of features and prototypes.
        epsilon: the smaller, the harder the codes.
        iterations: of Sinkhorn and Knopp.
    """
    everyone = gather(scores.float())
    codes = ((everyone - everyone.max()) / epsilon).exp()  # (W x N, K)
    codes /= codes.sum()
    for _ in range(iterations):
        codes /= codes.sum(0).clamp(min=1e-30) * codes.shape[1]
        codes /= codes.sum(1, keepdim=True).clamp(min=1e-30) * len(codes)
    codes /= codes.sum(1, keepdim=True)
    return codes.chunk(world_size())[rank()]


def cross_entropy_of(
    logits: Float[Tensor, "N K"], target: Float[Tensor, "N K"], temperature: float
) -> Float[Tensor, ""]:
    """Of a distribution, given by logits, with target distributions."""
    return -(target * F.log_softmax(logits.float() / temperature, dim=1)).sum(1).mean()


def swapped_cross_entropy(
    logits: Float[Tensor, "V B K"], targets: Float[Tensor, "C B K"], temperature: float
) -> Float[Tensor, ""]:
    """The target of each of the first C crops, told from every other one of V crops of the same
    images (SwAV, Caron et al. 2020; DINO, Caron et al. 2021)."""
    losses = [
        cross_entropy_of(told, target, temperature)
        for crop, target in enumerate(targets)
        for view, told in enumerate(logits)
        if view != crop
    ]
    return torch.stack(losses).mean()


def sigreg(
    z: Float[Tensor, "N D"], directions: Float[Tensor, "D M"], points: int = 17, reach: float = 5.0
) -> Float[Tensor, ""]:
    """How far features are from a standard Gaussian, along random directions (SIGReg, LeJEPA,
    Balestriero and LeCun 2025): the Epps-Pulley statistic of each, a mean over them.

    Args:
        z: of this process; the characteristic function is a mean over all processes.
        directions: unit vectors.
        points: where the characteristic functions are compared, from ``-reach`` to ``reach``.
    """
    t = torch.linspace(-reach, reach, points, device=z.device)
    gaussian = (-t.square() / 2).exp()
    angles = float32_product(gather(z), directions)[..., None] * t  # (W x N, M, T)
    off = (angles.cos().mean(0) - gaussian).square() + angles.sin().mean(0).square()  # (M, T)
    return len(angles) * torch.trapezoid(off * gaussian, t, dim=1).mean()
