"""Weighted k nearest neighbours: what is near in features votes (Wu et al., CVPR 2018)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

AT_ONCE = 1024  # queries


def weighted_knn(
    gallery: Float[Tensor, "G D"],
    labels: Int[Tensor, " G"],
    queries: Float[Tensor, "Q D"],
    k: int = 20,
    temperature: float = 0.07,
) -> Int[Tensor, " Q"]:
    """The class of every query, by votes of its nearest in the gallery.

    Args:
        gallery: features whose classes are known.
        labels: their classes, from 0 on.
        queries: features whose classes are asked for.
        k: nearest that vote; all of a smaller gallery.
        temperature: a vote counts exp(cosine / temperature).
    """
    gallery, classes = F.normalize(gallery.float(), dim=1), int(labels.max()) + 1
    found = []
    for some in queries.float().split(AT_ONCE):
        cosine, nearest = (F.normalize(some, dim=1) @ gallery.T).topk(min(k, len(gallery)), dim=1)
        votes = torch.zeros(len(some), classes, device=some.device)
        # Less the largest cosine, as in a softmax: the order stays and nothing overflows.
        weights = ((cosine - cosine[:, :1]) / temperature).exp()
        found.append(votes.scatter_add(1, labels[nearest], weights).argmax(1))
    return torch.cat(found)
