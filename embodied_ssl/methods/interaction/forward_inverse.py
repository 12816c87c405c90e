"""Inverse and forward model of pushes (Learning to Poke by Poking, Agrawal et al., 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, draw_variations
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Figure
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.decoders import last_map
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.interaction.push_pictures import with_pushes
from embodied_ssl.methods.interaction.pushes import Bins, PushBins
from embodied_ssl.methods.pretext.pictures import picture_strips
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.actions import ActionSampler
from embodied_ssl.trunks import Trunk
from embodied_ssl.variations import moved, varied

SIDE = 5
"""Of the map that becomes a vector; where things are must survive in it."""
LEAST_CHANGE = 1e-6
"""Mean absolute change of the features below which nothing changed."""


class ForwardInverse(Method):
    """The push from two images, the features after it (Poke by Poking, Agrawal et al., 2016).

    The inverse model classifies the push between the images before and after it; the forward model
    predicts the features after it from those before it and the push. The inverse model keeps the
    features from collapsing, the forward model makes them predictable.
    """

    worlds = ("tabletop",)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of the inverse and the forward model."""

        forward_weight: Annotated[float, Within(0, 1e6)] = 0.1
        """Lambda of the paper: of the mean absolute error of the predicted features."""
        grid: Annotated[int, Within(1, 256)] = 20
        """Cells along each side of the image in which a push begins."""
        angles: Annotated[int, Within(1, 3600)] = 36
        """Bins of its direction."""
        lengths: Annotated[int, Within(1, 1024)] = 11
        """Bins of its length."""
        longest: Annotated[float, Within(1e-3, 100)] = 1.1
        """Length that the bins cover, in half sides of the image; longer pushes are in the last."""
        channels: Annotated[int, Within(1, 4096)] = 64
        """Of the map that becomes the features."""
        features: Annotated[int, Within(2, 1 << 16)] = 128
        """Numbers that both models know of an image."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 512
        """Units of the hidden layer of each head."""
        augmentation: Augmentation = Augmentation(  # noqa: RUF009
            (0.8, 1.0), 0.5, 3.14, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.02
        )
        """The same of both images; the push is cropped, mirrored and turned with them."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.bins = PushBins(config.grid, config.angles, config.lengths, config.longest)
        self.features = Features(trunk, train_size, config.channels, config.features)
        heads, known = {}, 2 * config.features
        for name, count in self.bins.counts.items():
            heads[name] = projection_head(known, config.hidden, count)
            known += count
        self.inverse = nn.ModuleDict(heads)
        self.change = projection_head(known - config.features, config.hidden, config.features)

    @property
    def chance(self) -> dict[str, float]:
        """Every bin is as likely; who thinks that nothing changes explains nothing."""
        guessed = {f"{name}_accuracy": 1 / count for name, count in self.bins.counts.items()}
        return guessed | {"explained": 0.0}

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        ours = {"tabletop": caches["tabletop"]}
        return ActionSampler(ours, batch_size, seed)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` before all pushes, then after them; ``place``, ``angle`` and ``length`` (B,),
        the bins of the pushes as the images show them."""
        size, frames = self.train_size, (batch["first"], batch["second"])
        how = draw_variations(self.config.augmentation, len(frames[0]), size, step.generator)
        images = torch.cat([varied(each, size, how) for each in frames])
        ends = batch["motion"][:, :4].float().unflatten(1, (2, 2))
        return {"images": self.trunk.normalize(images), **self.bins.of(moved(ends, how))}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        before, after = self.features_of(stages)
        push = {name: batch[name] for name in self.bins.counts}
        logits = self.push_logits(before, after, push)
        parts = {name: F.cross_entropy(logits[name], push[name]) for name in push}
        error = F.l1_loss(self.predict_features(before, push).float(), after.float())
        change = F.l1_loss(before.float(), after.float())
        right = {
            f"{name}_accuracy": (logits[name].argmax(1) == push[name]).float().mean()
            for name in push
        }
        return {
            "loss": sum(parts.values()) + self.config.forward_weight * error,
            **parts,
            "forward": error,
            **right,
            "explained": explained(error.detach(), change.detach()),
        }

    def features_of(self, stages: Stages) -> tuple[Float[Tensor, "B D"], ...]:
        """The features before and after the pushes."""
        maps, pooled = stages[self.features.stage], self.trunk.pool(stages)
        return self.features(maps, pooled).chunk(2)

    def push_logits(
        self, before: Float[Tensor, "B D"], after: Float[Tensor, "B D"], push: Bins | None = None
    ) -> dict[str, Float[Tensor, "B n"]]:
        """The inverse model's logits: of the place, of the angle at a place, of the length at a
        place and angle. These are those of ``push``, or else the likeliest."""
        known, logits = torch.cat([before, after], dim=1), {}
        for name, count in self.bins.counts.items():
            logits[name] = self.inverse[name](known).float()
            chosen = logits[name].argmax(1) if push is None else push[name]
            known = torch.cat([known, F.one_hot(chosen, count).to(known.dtype)], dim=1)
        return logits

    def predict_features(self, before: Float[Tensor, "B D"], push: Bins) -> Float[Tensor, "B D"]:
        """The forward model: the features after pushes."""
        counts = self.bins.counts
        known = [F.one_hot(push[name], counts[name]).to(before.dtype) for name in counts]
        return before + self.change(torch.cat([before, *known], dim=1))

    @torch.inference_mode()
    def predict(self, images: Float[Tensor, "2B 3 s s"]) -> Float[Tensor, "B 2 2"]:
        """Start and end of the push that leads from each of the first images to its second one, as
        the trunk wants them: the middles of the likeliest bins."""
        logits = self.push_logits(*self.features_of(self.encode({"images": images})))
        return self.bins.ends({name: each.argmax(1) for name, each in logits.items()})

    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        def pictures(batch: Batch) -> dict[str, Tensor]:
            images = batch["images"] * self.trunk.std + self.trunk.mean
            before, after = images.chunk(2)
            push = self.bins.ends({name: batch[name] for name in self.bins.counts})
            return {
                "before": with_pushes(before, push),
                "after": after,
                "predicted push": with_pushes(before, self.predict(batch["images"])),
            }

        title = "Pushes of unseen objects, from the images before and after them"
        return [picture_strips(self, caches, seed, pictures, title, "The dot is where it begins.")]


class Features(nn.Module):
    """Features (B, D) of images from the last map of the trunk with an extent, which keeps where
    things are, and from the pooled features, so that the layers behind it learn too.

    They have mean 0 and variance 1: the forward model could make features that only shrink.

    Args:
        trunk: whose stages are read.
        train_size: of the images that pass the trunk, pixels.
        channels: to which the map is reduced.
        features: D.
    """

    def __init__(self, trunk: Trunk, train_size: int, channels: int, features: int):
        super().__init__()
        self.stage = last_map(trunk, train_size)
        self.local = nn.Sequential(
            nn.Conv2d(trunk.stage_dims[self.stage], channels, 1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(SIDE), nn.Flatten(),
            nn.Linear(SIDE**2 * channels, features),
        )  # fmt: skip
        self.whole = nn.Linear(trunk.dim, features)
        self.scale = nn.BatchNorm1d(features, affine=False)

    def forward(
        self, maps: Float[Tensor, "B C h w"], pooled: Float[Tensor, "B T"]
    ) -> Float[Tensor, "B D"]:
        """The features, from the maps of the stage ``stage`` and the pooled features."""
        return self.scale(self.local(maps) + self.whole(pooled))


def explained(error: Float[Tensor, ""], change: Float[Tensor, ""]) -> Float[Tensor, ""]:
    """How much of a change is no error, 0 where nothing changes."""
    told = 1 - error / change.clamp(min=LEAST_CHANGE)
    return torch.where(change > LEAST_CHANGE, told, 0.0)
