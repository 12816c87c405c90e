"""Samples as a pure function of a number: a resumed run sees what an unbroken one sees.

A method opens the sampler of what it learns from. Process r of W takes the samples of number
``step * W + r``, so that all processes together see what one would see in as many steps.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import torch
from jaxtyping import Int, UInt8
from torch import Tensor

Batch = dict[str, Any]
"""Tensors by name, the first dimension of each the batch size; or batches by name."""


class Sampler(Protocol):
    """Gives batches by their number."""

    size: int
    """Samples in an epoch, in which each comes once."""

    def __call__(self, number: int) -> Batch:
        """The batch of a number, pure. Its ``index`` (B,) says which of the ``size`` samples each
        is, its ``row`` (B,) where it is in its dataset."""


class Epochs:
    """An endless sequence of samples: every epoch is another permutation of them.

    A batch that begins in one epoch and ends in the next may hold a sample twice.

    Args:
        size: how many samples there are.
        seed: numbers of which the permutations are a function.
    """

    def __init__(self, size: int, *seed: int):
        self.size, self._seed = size, seed
        self._permutation = lru_cache(maxsize=2)(self._draw)

    def _draw(self, epoch: int) -> Int[np.ndarray, " size"]:
        return np.random.default_rng([*self._seed, epoch]).permutation(self.size)

    def __call__(self, start: int, count: int) -> Int[np.ndarray, " count"]:
        """So many samples from a place of the sequence on."""
        epochs, places = np.divmod(np.arange(start, start + count), self.size)
        parts = [
            self._permutation(e)[places[epochs == e]] for e in range(epochs[0], epochs[-1] + 1)
        ]
        return np.concatenate(parts)


def generator_of(seed: int, number: int) -> torch.Generator:
    """The random numbers of the batch of a number."""
    return torch.Generator().manual_seed(seed * 1_000_003 + number)


def load_frames(
    frames: UInt8[np.ndarray, "N S S 3"], chosen: Int[np.ndarray, " B"]
) -> UInt8[Tensor, "B 3 S S"]:
    """Some frames of a cache, channels last in memory."""
    order = np.argsort(chosen)  # the disk prefers them in order
    images = np.empty((len(chosen), *frames.shape[1:]), np.uint8)
    images[order] = frames[chosen[order]]
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch with its tensors on a device."""
    return {
        name: to_device(value, device)
        if isinstance(value, dict)
        else (value.to(device, non_blocking=True) if isinstance(value, Tensor) else value)
        for name, value in batch.items()
    }
