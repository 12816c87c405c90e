"""MoCo v2: a queue of keys from a slow copy (He et al., CVPR 2020; Chen et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.distributed import shuffle, unshuffle
from embodied_ssl.losses import queue_info_nce, spread
from embodied_ssl.methods.base import Method, Recipe, Stages, Step, pixels
from embodied_ssl.methods.memory import Queue
from embodied_ssl.methods.momentum import MomentumCopy
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class MoCo(Method):
    """A view finds the other one's key among a queue of older keys (MoCo v2, He et al., CVPR 2020).

    The head is that of version 2 (Chen et al. 2020): linear, ReLU, linear, without BatchNorm.
    """

    # The paper decays all weights alike and has no Nesterov momentum; here biases and scales do not
    # decay, and SGD is the one of all methods.
    recipe: ClassVar[Recipe] = Recipe("sgd", lr=0.03, lr_batch=256, weight_decay=1e-4, warmup=0.0)

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of MoCo."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.2
        """Of the softmax, as in version 2."""
        queue: Annotated[int, Within(1, 1 << 18)] = 4096
        """Keys in the queue. Ours, for small datasets; the paper has 65536 for ImageNet."""
        momentum: Annotated[float, Within(0, 1)] = 0.99
        """Part of the weights that the copy keeps in a step. Ours, for short trainings; the paper
        has 0.999."""
        hidden: Annotated[int, Within(1, 1 << 14)] = 1024
        """Units of the head's hidden layer. Ours; the paper has 2048, as many as its trunk."""
        projection: Annotated[int, Within(2, 1024)] = 128
        """Dimensions in which views are compared."""
        augmentation: Augmentation = field(
            # The side is the root of the paper's share of the area, 0.2 to 1.
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2, blur=0.5)
        )
        """Of each view."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = nn.Sequential(
            nn.Linear(trunk.dim, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, config.projection),
        )
        self.key_encoder = MomentumCopy(nn.Sequential(trunk, self.project))
        self.queue = Queue(config.projection, config.queue)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """The views that ask as ``images`` and those that are found as ``keys``, (B, 3, s, s)."""
        frames = batch["frames"].repeat(2, 1, 1, 1)  # both views of all images
        views = augment(frames, self.train_size, self.config.augmentation, step.generator)
        images, keys = self.trunk.normalize(views).chunk(2)
        return {"images": images, "keys": keys}

    def cost(self, batch: Batch) -> float:
        """Both passes: the keys' through the copy of the trunk too."""
        return super().cost(batch) + pixels(batch["keys"]) / self.train_size**2

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        query = self.project(self.trunk.pool(stages))
        views, order = shuffle(batch["keys"], step.number)
        self.keys = unshuffle(self.key_encoder(views), order)  # (B, D), for after_step
        loss = queue_info_nce(query, self.keys, self.queue.keys, self.config.temperature)
        return {"loss": loss, "spread": spread(query.detach())}

    def after_step(self, step: Step) -> None:
        self.key_encoder.update(nn.Sequential(self.trunk, self.project), self.config.momentum)
        self.queue.enqueue(nn.functional.normalize(self.keys.float(), dim=1))
