"""Shuffle and learn: are these frames in order? (Misra, Zitnick and Hebert, ECCV 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.figures import Figure, Picture, Pictures, Section, Strip
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.pretext.pictures import SHOWN, as_bytes, unseen_batch
from embodied_ssl.sampling import Batch, ClipSampler, Sampler
from embodied_ssl.trunks import Trunk

FRAMES = 5
TUPLES = torch.tensor([[1, 2, 3], [1, 0, 3], [1, 4, 3]])
"""Of the frames a to e: (b, c, d) is in order, (b, a, d) and (b, e, d) are not."""


class TemporalOrder(Method):
    """Whether three frames are in order (Shuffle and Learn, Misra et al., ECCV 2016).

    Of five frames of a clip in which much moves the outer ones are in the middle of a tuple that is
    not in order; forwards or backwards is all the same. One tuple of four is in order.
    """

    worlds = ("rooms",)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of shuffle and learn."""

        stride: Annotated[int, Within(1, 10_000)] = 2
        """Steps of an episode from each of the five frames to the next."""
        moving: Annotated[float, Within(0.001, 1)] = 0.5
        """Part of the clips that is used, those with the most motion by optical flow."""
        in_order: Annotated[float, Within(0.01, 0.99)] = 0.25
        """Part of the tuples that is in order, as in the paper."""
        hidden: Annotated[int, Within(2, 1 << 16)] = 512
        """Units of the head that sees three frames."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.7, 1.0), brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
            )
        )
        """The same for the three frames: their crops would tell their order otherwise."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.classify = projection_head(3 * trunk.dim, config.hidden, 2)

    @property
    def chance(self) -> dict[str, float]:
        """Of those who always say what is more frequent."""
        return {"accuracy": max(self.config.in_order, 1 - self.config.in_order)}

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        if "rooms" not in caches:
            raise UserError("temporal-order learns from clips: give --data of rooms.")
        settings = self.config
        return ClipSampler(
            caches["rooms"], batch_size, seed, FRAMES, settings.stride, settings.moving
        )

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` (3B, 3, s, s), the first frame of every tuple, then the second ones, then the
        third ones, and whether each tuple is ``in_order`` (B,)."""
        clip, generator = batch["clip"], step.generator
        count = len(clip)
        positive = torch.rand(count, generator=generator) < self.config.in_order
        negative = torch.randint(1, len(TUPLES), (count,), generator=generator)
        tuples = TUPLES[torch.where(positive, 0, negative)]  # (B, 3)
        backwards = torch.rand(count, generator=generator) < 0.5
        tuples = torch.where(backwards[:, None], tuples.flip(1), tuples).to(clip.device)
        frames = clip[torch.arange(count, device=clip.device)[:, None], tuples]  # (B, 3, 3, S, S)
        images = self._alike(frames, generator)
        return {
            "images": self.trunk.normalize(images),
            "in_order": positive.long().to(clip.device),
        }

    def _alike(self, frames: Tensor, generator: torch.Generator) -> Tensor:
        """Each frame of a tuple with the same crop and colours: (3B, 3, s, s)."""
        state = generator.get_state()
        images = []
        for each in frames.unbind(1):
            generator.set_state(state)
            images.append(augment(each, self.train_size, self.config.augmentation, generator))
        return torch.cat(images)

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        logits = self.judged(stages)
        return {
            "loss": F.cross_entropy(logits, batch["in_order"]),
            "accuracy": (logits.argmax(1) == batch["in_order"]).float().mean(),
        }

    def judged(self, stages: Stages) -> Tensor:
        """Logits (B, 2) of "not in order" and "in order"."""
        z = self.trunk.pool(stages).chunk(3)
        return self.classify(torch.cat(z, dim=1)).float()

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        batch = unseen_batch(self, caches, seed, SHOWN)
        said, true = self.judged(self.encode(batch)).argmax(1).tolist(), batch["in_order"].tolist()
        images = as_bytes(batch["images"] * self.trunk.std + self.trunk.mean)
        words = ("not in order", "in order")
        strips = tuple(
            Strip(
                tuple(Picture(image, "", "right" if said[i] == true[i] else "wrong")
                      for image in images[i :: len(true)]),
                caption=f"{words[true[i]]}; told: {words[said[i]]}",
            )
            for i in range(len(true))
        )  # fmt: skip
        return [Section("Tuples of unseen rooms", (Pictures(strips),))]
