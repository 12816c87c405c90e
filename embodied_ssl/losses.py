"""Losses as pure functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def nt_xent(
    first: Float[Tensor, "N D"], second: Float[Tensor, "N D"], temperature: float
) -> Float[Tensor, ""]:
    """Normalised temperature-scaled cross-entropy (SimCLR, Chen et al. 2020); InfoNCE over a batch.

    Row i of one and row i of the other are two views of the same thing; each has to find its
    partner among the 2N - 1 other rows by cosine similarity.
    """
    views = F.normalize(torch.cat([first, second]).float(), dim=1)  # (2N, D)
    logits = views @ views.T / temperature
    logits.fill_diagonal_(float("-inf"))  # nothing is its own partner
    count = len(first)
    partner = torch.arange(2 * count, device=views.device).roll(count)
    return F.cross_entropy(logits, partner)


def info_nce(
    foretold: Float[Tensor, "N D"],
    found: Float[Tensor, "N D"],
    temperature: float,
    group: Int[Tensor, " N"] | None = None,
) -> Float[Tensor, ""]:
    """InfoNCE (van den Oord et al. 2018): row i of what was foretold has to find row i of what was
    found by cosine similarity, among all N, or all but the others of its group."""
    logits = F.normalize(foretold.float(), dim=1) @ F.normalize(found.float(), dim=1).T
    own = torch.arange(len(logits), device=logits.device)
    if group is not None:
        alike = (group[:, None] == group).fill_diagonal_(False)
        logits = logits.masked_fill(alike, float("-inf"))
    return F.cross_entropy(logits / temperature, own)


def cosine_embedding(
    first: Float[Tensor, "N D"], second: Float[Tensor, "N D"], margin: float = 0.0
) -> Float[Tensor, ""]:
    """The Curious Robot's identity loss, over as many negative as positive pairs.

    Positive pairs (row i with row i) cost 1 - cos, negative ones (row i with row i + 1)
    max(0, cos - margin).
    """
    first, second = first.float(), second.float()
    positive = F.cosine_similarity(first, second)
    negative = F.cosine_similarity(first, second.roll(1, dims=0))
    return ((1 - positive) + F.relu(negative - margin)).mean() / 2


def equivariance(
    predicted: Float[Tensor, "N G D"],
    target: Float[Tensor, "N D"],
    pattern: Int[Tensor, " N"],
    margin: float = 1.0,
) -> Float[Tensor, ""]:
    """The ego-motion loss of Jayaraman and Grauman (ICCV 2015).

    What the map of the executed pattern predicts shall be the features after the motion; what the
    maps of all others predict shall be at least the margin away from them. The paper sums over the
    patterns; here the others count as much together as the executed one, because with many patterns
    the sum is least where every map leads far from everything.

    Args:
        predicted: M_g z(x) for every pattern g.
        target: z(g x), after the motion.
        pattern: that was executed.
        margin: delta.
    """
    distance = (predicted.float() - target.float()[:, None]).norm(dim=2)  # (N, G)
    executed = F.one_hot(pattern, predicted.shape[1]).bool()
    wrong = F.relu(margin - distance[~executed])
    return distance[executed].mean() + wrong.mean()


def unmoved(
    first: Float[Tensor, "N D"], second: Float[Tensor, "N D"], margin: float
) -> Float[Tensor, ""]:
    """Standing still as a wrong motion: features that move by less than the margin cost the rest.

    Without it equivariance is easy for features that hardly change.
    """
    return F.relu(margin - (first.float() - second.float()).norm(dim=1)).mean()


def relative_error(
    before: Float[Tensor, "N D"], foretold: Float[Tensor, "N D"], after: Float[Tensor, "N D"]
) -> Float[Tensor, ""]:
    """The equivariance error |foretold - after| / |after - before|, a mean over the pairs."""
    left, moved = (after - foretold).norm(dim=1), (after - before).norm(dim=1)
    return (left / (moved + 0.1)).mean()  # what hardly moves counts no more than its noise


def neighbours_in_time(
    first: Float[Tensor, "N D"], second: Float[Tensor, "N D"], margin: float, norm: float
) -> Float[Tensor, ""]:
    """Frames close in time are alike, others are not: l1 slowness (norm 1), DrLIM (norm 2).

    Row i with row i is near, row i with row i + 1 is far; a far pair costs max(0, margin - d).
    """
    first, second = first.float(), second.float()
    near = (first - second).norm(p=norm, dim=1)
    far = (first - second.roll(1, dims=0)).norm(p=norm, dim=1)
    return (near + F.relu(margin - far)).mean()


def masked_grasp(
    logits: Float[Tensor, "N 18 2"], angle: Int[Tensor, " N"], success: Int[Tensor, " N"]
) -> Float[Tensor, ""]:
    """18 two-way softmaxes, one an angle; only that of the executed angle has a loss."""
    executed = logits[torch.arange(len(logits), device=logits.device), angle]  # (N, 2)
    return F.cross_entropy(executed.float(), success)
