"""Losses as pure functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from embodied_ssl.products import float32_product


def nt_xent(
    z1: Float[Tensor, "N D"], z2: Float[Tensor, "N D"], temperature: float
) -> Float[Tensor, ""]:
    """Normalised temperature-scaled cross-entropy (SimCLR, Chen et al. 2020); InfoNCE over a batch.

    Row i of one and row i of the other are two views of the same thing; each has to find its
    partner among the 2N - 1 other rows by cosine similarity.
    """
    z = F.normalize(torch.cat([z1, z2]).float(), dim=1)  # (2N, D)
    logits = float32_product(z, z.T) / temperature
    logits.fill_diagonal_(float("-inf"))  # nothing is its own partner
    count = len(z1)
    partner = torch.arange(2 * count, device=z.device).roll(count)
    return F.cross_entropy(logits, partner)


def info_nce(
    query: Float[Tensor, "N D"],
    key: Float[Tensor, "N D"],
    temperature: float,
    group: Int[Tensor, " N"] | None = None,
) -> Float[Tensor, ""]:
    """InfoNCE (van den Oord et al. 2018): query i has to find key i by cosine similarity among all
    N keys, or all but the others of its group."""
    query, key = (F.normalize(x.float(), dim=1) for x in (query, key))
    logits = float32_product(query, key.T)  # (N, N)
    own = torch.arange(len(logits), device=logits.device)
    if group is not None:
        same = (group[:, None] == group).fill_diagonal_(False)
        logits = logits.masked_fill(same, float("-inf"))
    return F.cross_entropy(logits / temperature, own)


def masked_prediction(
    predicted: Float[Tensor, "B L P"], pixels: Float[Tensor, "B L P"], mask: Float[Tensor, "B L"]
) -> Float[Tensor, ""]:
    """Squared error of the removed patches (MAE, He et al. 2022), each patch's pixels less their
    mean, over their standard deviation. In ``mask`` 0 is keep, 1 is remove."""
    mean, var = pixels.float().mean(2, keepdim=True), pixels.float().var(2, keepdim=True)
    target = (pixels.float() - mean) / (var + 1e-6).sqrt()
    error = (predicted.float() - target).pow(2).mean(2)  # (B, L)
    return (error * mask).sum() / mask.sum()


def queue_info_nce(
    query: Float[Tensor, "N D"],
    key: Float[Tensor, "N D"],
    queue: Float[Tensor, "K D"],
    temperature: float,
) -> Float[Tensor, ""]:
    """InfoNCE with negatives of earlier steps (MoCo, He et al. 2020): query i has to find key i by
    cosine similarity among itself and the keys of the queue; the other keys of its batch are no
    choices."""
    query, key, queue = (F.normalize(x.float(), dim=1) for x in (query, key, queue))
    positive = (query * key).sum(1, keepdim=True)  # (N, 1)
    negative = float32_product(query, queue.T)  # (N, K)
    logits = torch.cat([positive, negative], dim=1) / temperature
    return F.cross_entropy(logits, logits.new_zeros(len(logits), dtype=torch.long))


def cosine_embedding(
    z1: Float[Tensor, "N D"], z2: Float[Tensor, "N D"], margin: float = 0.0
) -> Float[Tensor, ""]:
    """The Curious Robot's identity loss, over as many negative as positive pairs.

    Positive pairs (row i with row i) cost 1 - cos, negative ones (row i with row i + 1)
    max(0, cos - margin).
    """
    z1, z2 = z1.float(), z2.float()
    positive = F.cosine_similarity(z1, z2)
    negative = F.cosine_similarity(z1, z2.roll(1, dims=0))
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


def minimum_motion_hinge(
    z1: Float[Tensor, "N D"], z2: Float[Tensor, "N D"], margin: float
) -> Float[Tensor, ""]:
    """max(0, margin - |z1 - z2|): features that move by less than the margin cost the rest.

    Without it equivariance is easy for features that hardly change.
    """
    return F.relu(margin - (z1.float() - z2.float()).norm(dim=1)).mean()


def relative_error(
    before: Float[Tensor, "N D"], predicted: Float[Tensor, "N D"], after: Float[Tensor, "N D"]
) -> Float[Tensor, ""]:
    """The equivariance error |predicted - after| / |after - before|, a mean over the pairs."""
    error, moved = (after - predicted).norm(dim=1), (after - before).norm(dim=1)
    return (error / (moved + 0.1)).mean()  # a pair that hardly moves counts no more than its noise


def temporal_coherence(
    z1: Float[Tensor, "N D"], z2: Float[Tensor, "N D"], margin: float, norm: float
) -> Float[Tensor, ""]:
    """Frames close in time have close features, others do not: slowness (norm 1), DrLIM (norm 2).

    Row i with row i is near, row i with row i + 1 is far; a far pair costs max(0, margin - d).
    """
    z1, z2 = z1.float(), z2.float()
    near = (z1 - z2).norm(p=norm, dim=1)
    far = (z1 - z2.roll(1, dims=0)).norm(p=norm, dim=1)
    return (near + F.relu(margin - far)).mean()


def masked_grasp(
    logits: Float[Tensor, "N 18 2"], angle: Int[Tensor, " N"], success: Int[Tensor, " N"]
) -> Float[Tensor, ""]:
    """18 two-way softmaxes, one an angle; only that of the executed angle has a loss."""
    executed = logits[torch.arange(len(logits), device=logits.device), angle]  # (N, 2)
    return F.cross_entropy(executed.float(), success)


def ranking_hinge(
    similarity: Float[Tensor, "N N"], margin: float, hardest: int | None = None
) -> Float[Tensor, ""]:
    """max(0, s_other - s_own + margin) of tracked patches (Wang and Gupta, ICCV 2015).

    Args:
        similarity: of query i with patch j; its own one is patch i.
        margin: M.
        hardest: K, other patches of each query that count, the most similar ones; by default one,
            that of the next query.
    """
    own = similarity.diag()
    if hardest is None:
        return F.relu(similarity.roll(-1, 1).diag() - own + margin).mean()
    others = similarity.masked_fill(
        torch.eye(len(own), dtype=torch.bool, device=own.device), float("-inf")
    )
    worst = others.topk(min(hardest, len(own) - 1), dim=1).values  # (N, K)
    return F.relu(worst - own[:, None] + margin).mean()
