"""How much information N candidates can show: log N - L bounds it from below, and rises with N."""

from __future__ import annotations

from math import log

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.figures import ACCENTS, INK, Chart, Section, open_chart


def information_bound(scores: Float[Tensor, "N N"], count: int) -> float:
    """log n - L of InfoNCE with n candidates, in nats (van den Oord et al. 2018), a mean over the
    whole groups of n that N pairs give, and over both directions.

    Args:
        scores: of every query with every key; those that belong together on the diagonal.
        count: n.
    """
    groups = len(scores) // count
    blocks = torch.stack(
        [scores[i : i + count, i : i + count] for i in range(0, groups * count, count)]
    ).float()  # (G, n, n)
    own = torch.arange(count, device=scores.device).repeat(groups)
    losses = [F.cross_entropy(each.flatten(0, 1), own) for each in (blocks, blocks.mT)]
    return log(count) - (sum(losses) / 2).item()


def bound_figure(scores: Float[Tensor, "N N"]) -> Section:
    """The bound over the number of candidates, below the most that so many can show."""
    counts = [2**power for power in range(1, len(scores).bit_length()) if 2**power <= len(scores)]
    figure, axes = open_chart(3.4, 2.2)
    axes.plot(counts, [log(n) for n in counts], color=INK, alpha=0.4, linewidth=1, label="log N")
    bounds = [information_bound(scores, n) for n in counts]
    axes.plot(counts, bounds, color=ACCENTS[0], marker="o", markersize=3, label="log N - L")
    axes.set_xscale("log", base=2)
    axes.set_xlabel("candidates N", color=INK)
    axes.set_ylabel("nats", color=INK)
    axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    return Section(
        "Information between what belongs together",
        (Chart(figure),),
        "The bound log N - L on unseen pairs; the more candidates, the more can be shown.",
        layout="small",
    )
