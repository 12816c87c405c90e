"""Continuous equivariance: one map M(a) = exp(sum a_k A_k) of the features for any motion a.

Beyond the papers: the maps of motions along one line compose, and each has its inverse, by
construction; no motion is forced into a pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.motion.equivariant import EquivariantMethod
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch
from embodied_ssl.sampling.pairs import PairSampler
from embodied_ssl.trunks import Trunk

HALVINGS, TERMS = 4, 6  # as accurate as float32 while |sum a_k A_k| < 13; sharp turns have 10


class Continuous(EquivariantMethod):
    """z(ax) = exp(sum a_k A_k) z(x): one map of the features for any motion; beyond the papers.

    a is how far ahead and to the left the camera moved and how far it turned.

    Each is counted in its spread among the training pairs, so that the generators of driving learn
    as fast as that of turning, in rooms and on roads.
    """

    @dataclass(frozen=True)
    class Config(EquivariantMethod.Config):
        """Settings of continuous equivariance."""

        seconds: Annotated[float, Within(0.01, 60)] = 1.0
        """Between the two frames, at most. One map holds for motions of any length, and short ones
        alone would let features come back to where they were after two of them."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.register_buffer("units", torch.ones(3))  # metres, metres, radians
        self.generators = nn.Parameter(torch.randn(3, trunk.dim, trunk.dim) * 0.01 / trunk.dim**0.5)

    def pair_sampler(self, cache: FrameCache, batch_size: int, seed: int) -> PairSampler:
        sampler = super().pair_sampler(cache, batch_size, seed)
        self.units.copy_(torch.from_numpy(sampler.pairs.motion.std(axis=0)).clamp(min=1e-3))
        return sampler

    def move(
        self, features: Float[Tensor, "B D"], motion: Float[Tensor, "B 3"]
    ) -> Float[Tensor, "B D"]:
        """M(a) z for every motion and features, without ever forming M(a).

        The Taylor series of the exponential's action on a vector, in several steps of a part of the
        motion each (Al-Mohy and Higham 2011): 3 D^2 products a term instead of D^3.
        """
        part = motion / self.units / 2**HALVINGS
        generators = self.generators.flatten(0, 1)  # (3D, D)
        moved = features.float()
        for _ in range(2**HALVINGS):
            term = moved
            for order in range(1, TERMS + 1):
                # A_k z, (B, 3, D)
                along = float32_product(term, generators.T).unflatten(1, (3, -1))
                term = (part[:, :, None] * along).sum(1) / order
                moved = moved + term
        return moved

    def error(self, z1: Tensor, z2: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        predicted = self.move(z1, batch["motion"])
        near = (predicted - z2).norm(dim=1)
        # The motion of another pair is a wrong one where it is of another pattern.
        wrong = self.move(z1, batch["motion"].roll(1, dims=0))
        other = batch["pattern"] != batch["pattern"].roll(1, dims=0)
        far = F.relu(self.config.margin - (wrong - z2).norm(dim=1))
        return predicted, near.mean() + (other * far).sum() / other.sum().clamp(min=1)

    def predict(self, features: Tensor, motion: Tensor, pattern: Tensor) -> Tensor:
        return self.move(features, motion)
