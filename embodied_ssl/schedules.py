"""How numbers change over a training; ``progress`` is the part of the budget that is done."""

from __future__ import annotations

import math


def cosine(start: float, end: float, progress: float) -> float:
    """Half a cosine from ``start`` (progress 0) to ``end`` (progress 1)."""
    part = min(max(progress, 0.0), 1.0)
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * part))


def warmup_cosine(peak: float, warmup: float, progress: float) -> float:
    """A linear rise to ``peak`` over the part ``warmup``, then half a cosine down to zero."""
    if progress < warmup:
        return peak * (progress + 1e-3) / (warmup + 1e-3)  # the first step is no step of zero
    return cosine(peak, 0.0, (progress - warmup) / (1 - warmup))
