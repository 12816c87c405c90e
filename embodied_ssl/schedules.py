"""How numbers change over a training; ``progress`` is the part of the budget that is done."""

from __future__ import annotations

import math


def cosine(start: float, end: float, progress: float) -> float:
    """Half a cosine from ``start`` (progress 0) to ``end`` (progress 1)."""
    part = min(max(progress, 0.0), 1.0)
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * part))


def wave(low: float, high: float | None, periods: int, progress: float) -> float:
    """From ``low`` along a cosine to ``high`` and back, ``periods`` times in a training; ``low``
    where there is no ``high``."""
    if high is None:
        return low
    return low + (high - low) * 0.5 * (1 - math.cos(2 * math.pi * periods * progress))


def warmup_cosine(peak: float, warmup: float, progress: float) -> float:
    """A linear rise to ``peak`` over the part ``warmup``, then half a cosine down to zero."""
    if progress < warmup:
        return _rise(peak, warmup, progress)
    return cosine(peak, 0.0, (progress - warmup) / (1 - warmup))


def warmup_constant(peak: float, warmup: float, progress: float) -> float:
    """A linear rise to ``peak`` over the part ``warmup``, and no change after it."""
    return _rise(peak, warmup, progress) if progress < warmup else peak


def _rise(peak: float, warmup: float, progress: float) -> float:
    return peak * (progress + 1e-3) / (warmup + 1e-3)  # the first step is no step of zero
