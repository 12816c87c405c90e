"""The four tasks of The Curious Robot: head, augmentation, loss and prediction of each.

Each branches from the trunk where the paper's figure shows it: grasp from conv4, push from conv3 of
a shared clone, poke from fc1, identity from fc2 of a shared clone.
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment, draw_variations
from embodied_ssl.distributed import gather
from embodied_ssl.losses import cosine_embedding, masked_grasp, nt_xent
from embodied_ssl.methods.base import Stages
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.interaction.grasp_angles import turned_angle
from embodied_ssl.methods.interaction.heads import GraspHead, PokeHead, PushHead
from embodied_ssl.methods.interaction.sides import (
    AS_IT_IS,
    GRASP_SIDES,
    QUARTERS,
    Side,
    turned_back,
)
from embodied_ssl.methods.interaction.task import Task
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk
from embodied_ssl.variations import moved, varied
from embodied_ssl.worlds.tabletop import GRASP_ANGLES


class Grasp(Task):
    """Whether a grasp will hold at each of 18 angles; (B,) the probability at the executed one."""

    name, layer, sides = "grasp", "conv4", GRASP_SIDES

    def open_head(self, inputs: int, width: float) -> nn.Module:
        return GraspHead(inputs, width)

    def augment(
        self, batch: Batch, size: int, settings: Augmentation, generator: torch.Generator
    ) -> Batch:
        """The image turns, and the angle with it."""
        frames = self.frames(batch)
        turn = torch.randint(0, 2 * GRASP_ANGLES, (len(frames),), generator=generator)
        flip = torch.rand(len(frames), generator=generator) < 0.5
        radians = turn * torch.pi / GRASP_ANGLES
        images = augment(frames, size, _colours(settings), generator, radians, flip)
        return batch | {"images": images, "angle": turned_angle(batch["angle"], turn, flip)}

    def loss(self, stages: Stages, batch: Batch) -> Tensor:
        return masked_grasp(self.head(stages[self.stage]), batch["angle"], batch["success"])

    def predict(self, stages: Stages, batch: Batch, side: Side = AS_IT_IS) -> Float[Tensor, " B"]:
        angle = turned_angle(batch["angle"], *map(torch.tensor, side))
        return self.probabilities(stages).gather(1, angle[:, None])[:, 0]

    def probabilities(self, stages: Stages) -> Float[Tensor, "B 18"]:
        """Of success at every angle."""
        return self.head(stages[self.stage]).float().softmax(2)[..., 1]


class Push(Task):
    """The action (B, 5) that led from the first image to the second."""

    name, layer, sides = "push", "conv3", QUARTERS

    def open_head(self, inputs: int, width: float) -> nn.Module:
        return PushHead(inputs, width)

    def augment(
        self, batch: Batch, size: int, settings: Augmentation, generator: torch.Generator
    ) -> Batch:
        """Both images turn by quarters and are mirrored, and the ends of the push with them."""
        before, after = (batch[column] for column in self.images)
        quarters = torch.randint(0, 4, (len(before),), generator=generator)
        settings = replace(_colours(settings), flip=0.5)
        how = draw_variations(settings, len(before), size, generator, quarters * torch.pi / 2)
        images = torch.cat([varied(frames, size, how) for frames in (before, after)])
        ends = moved(batch["action"][:, :4].float().unflatten(1, (2, 2)), how).flatten(1)
        return batch | {"images": images, "action": torch.cat([ends, batch["action"][:, 4:]], 1)}

    def loss(self, stages: Stages, batch: Batch) -> Tensor:
        return F.mse_loss(self.predict(stages, batch), batch["action"])

    def predict(self, stages: Stages, batch: Batch, side: Side = AS_IT_IS) -> Float[Tensor, "B 5"]:
        return turned_back(self.head(*stages[self.stage].chunk(2)).float(), side)


class Poke(Task):
    """The standardised line (B, 2) that is fitted to the force."""

    name, layer, sides = "poke", "fc1", QUARTERS

    def open_head(self, inputs: int, width: float) -> nn.Module:
        return PokeHead(inputs, width)

    def augment(
        self, batch: Batch, size: int, settings: Augmentation, generator: torch.Generator
    ) -> Batch:
        """A poke is the same from all sides: its image turns about the point."""
        settings = replace(_colours(settings), flip=0.5, rotate=torch.pi)
        return batch | {"images": augment(self.frames(batch), size, settings, generator)}

    def loss(self, stages: Stages, batch: Batch) -> Tensor:
        return F.mse_loss(self.predict(stages, batch), batch["line"])

    def predict(self, stages: Stages, batch: Batch, side: Side = AS_IT_IS) -> Float[Tensor, "B 2"]:
        return self.head(stages[self.stage]).float()


class Identity(Task):
    """Vectors (2B, D), of the first views and then of the second, whose cosine says whether they
    show the same object.

    Args:
        trunk: that the head branches from.
        width: unused, the projection has its own size.
        projection: dimensions of the projection of conv5 in which InfoNCE compares views; None for
            the paper's loss: the cosine embedding loss on fc2.
        temperature: of the InfoNCE softmax.
    """

    name = "identity"

    def __init__(self, trunk: Trunk, width: float, projection: int | None, temperature: float):
        self.projection, self.temperature = projection, temperature
        self.layer = "conv5" if projection else "fc2"
        super().__init__(trunk, width)

    def open_head(self, inputs: int, width: float) -> nn.Module:
        return projection_head(inputs, 512, self.projection) if self.projection else nn.Identity()

    def augment(
        self, batch: Batch, size: int, settings: Augmentation, generator: torch.Generator
    ) -> Batch:
        return batch | {"images": augment(self.frames(batch), size, settings, generator)}

    def loss(self, stages: Stages, batch: Batch) -> Tensor:
        z1, z2 = self.compared = self.head(stages[self.stage].mean((2, 3))).chunk(2)
        if self.projection:
            return nt_xent(gather(z1), gather(z2), self.temperature)
        return cosine_embedding(z1, z2)

    def predict(self, stages: Stages, batch: Batch, side: Side = AS_IT_IS) -> Float[Tensor, "2B D"]:
        return self.head(stages[self.stage].mean((2, 3))).float()


def _colours(settings: Augmentation) -> Augmentation:
    """The colours of an augmentation without its geometry."""
    return replace(settings, crop_side=(1, 1), flip=0.0, rotate=0.0)
