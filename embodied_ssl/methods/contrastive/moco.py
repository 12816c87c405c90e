"""MoCo: a view finds the other one's key, which a slow copy has made (He et al., CVPR 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal

import torch
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Within
from embodied_ssl.distributed import gather, shuffle, unshuffle
from embodied_ssl.losses import info_nce, queue_info_nce
from embodied_ssl.methods.base import Stages, Step, pixels
from embodied_ssl.methods.heads import expander, prediction_head
from embodied_ssl.methods.memory import Queue
from embodied_ssl.methods.momentum import MomentumCopy
from embodied_ssl.methods.of_pairs import OfPairs, pair_of
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import Batch
from embodied_ssl.schedules import cosine
from embodied_ssl.trunks import Trunk
from embodied_ssl.trunks.vit import ViT


class MoCo(OfPairs):
    """A view finds the other one's key among older keys, made by a slow copy (MoCo, CVPR 2020).

    Version 1 compares linear projections of the features, among a queue of keys; version 2 (Chen et
    al. 2020) has a hidden layer and blurs. Version 3 (Chen, Xie and He, ICCV 2021) has no queue but
    the other keys of its batch, a prediction on the side that learns, both views ask, and the patch
    embedding of a ViT stays as it was drawn.
    """

    pools_only: ClassVar = True

    # The paper decays all weights alike and has no Nesterov momentum; here biases and scales do not
    # decay, and SGD is the one of all methods. The paper of version 3 has AdamW or LARS.
    recipe: ClassVar[Recipe] = Recipe("sgd", lr=0.03, lr_batch=256, weight_decay=1e-4, warmup=0.0)

    @dataclass(frozen=True)
    class Config(OfPairs.Config):
        """Settings of MoCo."""

        version: Literal[1, 2, 3] = 2
        """1: linear projections, no blur. 2: a hidden layer. 3: no queue, a prediction."""
        temperature: Annotated[float | None, Within(1e-3, 10)] = None
        """Of the softmax; by default the papers', .07 in version 1 and .2 in the others."""
        queue: Annotated[int, Within(1, 1 << 18)] = 4096
        """Keys in the queue. Ours, for small datasets; the paper has 65536 for ImageNet."""
        momentum: Annotated[float, Within(0, 1)] = 0.99
        """Part of the weights that the copy keeps in a step; in version 3 a cosine leads it to 1.
        Ours, for short trainings; the paper has 0.999."""
        hidden: Annotated[int, Within(1, 1 << 14)] = 1024
        """Units of the heads' hidden layers. Ours; the paper has 2048, as many as its trunk."""
        projection: Annotated[int, Within(2, 1024)] = 128
        """Dimensions in which views are compared."""
        augmentation: Augmentation = field(
            # The side is the root of the paper's share of the area, 0.2 to 1.
            default_factory=lambda: Augmentation(crop_side=(0.45, 1.0), gray=0.2, blur=0.5)
        )
        """Of each view; version 1 does not blur."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        hidden, dim = config.hidden, config.projection
        self.temperature = config.temperature or (0.07 if config.version == 1 else 0.2)
        self.project: nn.Module = {
            1: lambda: nn.Linear(trunk.dim, dim),
            2: lambda: nn.Sequential(
                nn.Linear(trunk.dim, hidden), nn.ReLU(), nn.Linear(hidden, dim)
            ),
            3: lambda: expander(trunk.dim, hidden, dim),
        }[config.version]()
        self.key_encoder = MomentumCopy(nn.Sequential(trunk, self.project))
        if config.version == 3:
            self.predict = prediction_head(dim, hidden)
            if isinstance(trunk, ViT):
                trunk.embed.requires_grad_(False)  # learned, it makes trainings unstable
        else:
            self.queue = Queue(dim, config.queue)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """The views that ask as ``images`` and those that are found as ``keys``, (B, 3, s, s); in
        version 3 both views of all images ask, and the keys (2B, 3, s, s) are the other ones."""
        settings = self.config.augmentation
        if self.config.version == 1:
            settings = replace(settings, blur=0.0)
        views = augment(torch.cat(pair_of(batch)), self.train_size, settings, step.generator)
        first, second = self.trunk.normalize(views).chunk(2)
        if self.config.version == 3:
            return {"images": torch.cat([first, second]), "keys": torch.cat([second, first])}
        return {"images": first, "keys": second}

    def cost(self, batch: Batch) -> float:
        """Both passes: the keys' through the copy of the trunk too."""
        return super().cost(batch) + pixels(batch["keys"]) / self.train_size**2

    @property
    def bound_to_budget(self) -> bool:
        return self.config.version == 3

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = self.trunk.pool(stages)
        if self.config.version == 3:
            query, key = self.predict(self.project(y)), self.key_encoder(batch["keys"])
            loss = self._of_batch(query, key)
        else:
            query = self.project(y)
            views, order = shuffle(batch["keys"], step.number)
            key = self.keys = unshuffle(self.key_encoder(views), order)  # (B, D), for after_step
            loss = queue_info_nce(query, key, self.queue.keys, self.temperature)
        return {"loss": loss} | watched(step, y, query, key)

    def _of_batch(self, query: Tensor, key: Tensor) -> Tensor:
        """InfoNCE of both views with the keys of the whole batch; twice the temperature keeps the
        gradient's size, as in the paper."""
        pairs = zip(query.chunk(2), key.chunk(2), strict=True)
        losses = [info_nce(gather(q), gather(k), self.temperature) for q, k in pairs]
        return 2 * self.temperature * (losses[0] + losses[1])

    def after_step(self, step: Step) -> None:
        momentum = self.config.momentum
        if self.config.version == 3:
            momentum = cosine(momentum, 1.0, step.progress)
        else:
            self.queue.enqueue(nn.functional.normalize(self.keys.float(), dim=1))
        self.key_encoder.update(nn.Sequential(self.trunk, self.project), momentum)
