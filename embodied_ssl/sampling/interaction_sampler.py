"""Batches of several interactions, a pure function of their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs
from embodied_ssl.sampling.interactions import INTERACTIONS, Interaction


class InteractionSampler:
    """A batch for each of some interactions, by name.

    Each world in which an interaction is found gives the same share of its batch.

    Args:
        caches: of the datasets, by their world.
        counts: interaction -> samples in a batch.
        seed: of their order.
        interactions: what is known of each by its name.

    Raises:
        UserError: when the datasets have too few rows of one of them.
    """

    def __init__(
        self,
        caches: Mapping[str, FrameCache],
        counts: Mapping[str, int],
        seed: int,
        interactions: Mapping[str, type[Interaction]] = INTERACTIONS,
    ):
        self.seed, self.size = seed, 0
        self._parts: dict[str, list[_Part]] = {}
        for name, count in counts.items():
            worlds = [world for world in interactions[name].worlds if world in caches]
            shares = [len(part) for part in np.array_split(np.arange(count), len(worlds) or 1)]
            if not worlds:
                where = " or ".join(interactions[name].worlds)
                raise UserError(f"{name} is learned from {where} data: give them by --data.")
            self._parts[name] = []
            for place, (world, share) in enumerate(zip(worlds, shares, strict=True)):
                samples = interactions[name](caches[world], "train")
                if len(samples) < 2:
                    raise UserError(f"the {world} data hold too few rows to learn {name}.")
                numbers = (seed, list(interactions).index(name), *([place] if place else []))
                epochs = Epochs(len(samples), *numbers)
                self._parts[name].append(_Part(samples, share, epochs, self.size))
                self.size += len(samples)

    def __call__(self, number: int) -> Batch:
        """The batches of a number. ``index`` counts the samples of all interactions one after the
        other."""
        rng = np.random.default_rng([self.seed, number])
        return {
            name: joined([part.load(number, rng) for part in parts])
            for name, parts in self._parts.items()
        }


class _Part(NamedTuple):
    """What one world gives to the batch of an interaction."""

    samples: Interaction
    count: int
    epochs: Epochs
    start: int  # of its samples among those of all

    def load(self, number: int, rng: np.random.Generator) -> Batch:
        chosen = self.epochs(number * self.count, self.count)
        return self.samples.load(chosen, rng) | {
            "index": torch.from_numpy(self.start + chosen),
            "row": torch.from_numpy(self.samples.rows[chosen]),
        }


def joined(batches: Sequence[Batch]) -> Batch:
    """Batches of the same tensors as one."""
    if len(batches) == 1:
        return batches[0]
    return {name: torch.cat([batch[name] for batch in batches]) for name in batches[0]}
