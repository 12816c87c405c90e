"""Methods that compare images which belong together, and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jaxtyping import UInt8
from torch import Tensor

from embodied_ssl.bounds import Bounded
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.object_views import Positives
from embodied_ssl.sampling.positives import InteractionPairs


class OfPairs(Method):
    """A method whose positives are two augmentations of a frame, or of two views of an object."""

    @dataclass(frozen=True)
    class Config(Bounded):
        """What all of them have."""

        positives: Literal["augmentation", Positives] = "augmentation"
        """augmentation: of one frame; views: of one object, that the arm holds or that a camera
        goes round (tabletop, turntable); followed: these, and what the camera above and the
        hand saw of an object that was pushed, poked or not held; around: what the hand's camera
        saw around what was to be grasped, alone (tabletop with --wrist-views)."""

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        positives = self.config.positives
        if positives != "augmentation":
            return InteractionPairs(caches, batch_size, seed, "identity", positives)
        return super().open_sampler(caches, batch_size, seed)


def pair_of(batch: Batch) -> tuple[UInt8[Tensor, "B 3 S S"], UInt8[Tensor, "B 3 S S"]]:
    """The frames of both views: the same ones where a sampler gives single frames."""
    if "first" in batch:
        return batch["first"], batch["second"]
    return batch["frames"], batch["frames"]
