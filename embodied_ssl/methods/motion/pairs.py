"""What the methods that learn from a moving camera share: pairs of its frames."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.motion import SECONDS
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.pairs import PairSampler
from embodied_ssl.trunks import Trunk


class PairMethod(Method):
    """A method whose sample is two frames of a moving camera.

    Unless told so, frames are neither cropped nor turned: that would change the motion between
    them. In a mirror the motion is known.
    """

    worlds = ("rooms",)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of every method that learns from pairs."""

        seconds: Annotated[float, Within(0.01, 60)] = SECONDS
        """Between the two frames, at most. The paper has 1, for cars; at the greatest turn rate of
        our base that leaves nothing of the first view."""
        patterns: Annotated[int, Within(1, 64)] = 6
        """G: the motions are clustered into so many patterns."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                (1, 1), 0.5, 0, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """Of the views of the frames. Both of a pair are mirrored, with their motion, or none."""
        same_augmentation: bool = True
        """Both frames of a pair are cropped and coloured alike, as they are of one moment.
        Otherwise each for itself: place and colour then do not tell which frames belong together,
        shapes have to."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        # Margins are lengths: features that could shrink would make nothing of them.
        self.scale = nn.BatchNorm1d(trunk.dim, affine=False)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        return self.pair_sampler(caches["rooms"], batch_size, seed)

    def pair_sampler(self, cache: FrameCache, batch_size: int, seed: int) -> PairSampler:
        """The pairs that it learns from."""
        config = self.config
        mirror = config.augmentation.flip
        return PairSampler(cache, batch_size, seed, config.seconds, config.patterns, mirror)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """All first frames, then all second ones."""
        frames = ("first", "second")
        kept = {name: value for name, value in batch.items() if name not in frames}
        return kept | {"images": self.trunk.normalize(torch.cat(self.views(batch, step)))}

    def views(self, batch: Batch, step: Step) -> list[Float[Tensor, "B 3 s s"]]:
        """The first and the second frames, in a mirror where their motion is."""

        def view(frames: Tensor) -> Tensor:
            settings, mirrored = self.config.augmentation, batch["mirrored"]
            return augment(frames, self.train_size, settings, step.generator, flip=mirrored)

        state = step.generator.get_state()
        first = view(batch["first"])
        if self.config.same_augmentation:
            step.generator.set_state(state)  # the same random numbers again
        return [first, view(batch["second"])]

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        pairs = len(batch["motion"])
        z1, z2 = self.scaled(self.trunk.pool(stages)[: 2 * pairs]).chunk(2)
        return self.pair_loss(z1, z2, batch, step)

    def scaled(self, features: Float[Tensor, "B D"]) -> Float[Tensor, "B D"]:
        """Features about zero whose vectors have a variance of 1, whatever the trunk's scale."""
        return self.scale(features.float()) / features.shape[1] ** 0.5

    @abstractmethod
    def pair_loss(
        self, z1: Float[Tensor, "B D"], z2: Float[Tensor, "B D"], batch: Batch, step: Step
    ) -> dict[str, Tensor]:
        """``loss`` of the features before and after the motions, and numbers worth a curve."""
