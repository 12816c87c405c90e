"""DINO: a student tells what its slow teacher sees (Caron et al., ICCV 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import mean_over_processes
from embodied_ssl.figures import Figure
from embodied_ssl.joint_losses import swapped_cross_entropy
from embodied_ssl.methods.attention import attention_pictures
from embodied_ssl.methods.base import Stages, Step, pixels
from embodied_ssl.methods.heads import Prototypes
from embodied_ssl.methods.momentum import MomentumCopy
from embodied_ssl.methods.pretext.pictures import SHOWN, picture_strips
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.methods.views import ManyCrops, watched
from embodied_ssl.sampling import Batch
from embodied_ssl.schedules import cosine
from embodied_ssl.trunks import Trunk
from embodied_ssl.trunks.vit import ViT


class DINO(ManyCrops):
    """What a slow teacher sees in large crops, told from all crops (DINO, Caron et al., ICCV 2021).

    The teacher's outputs are centred, or one output would win everywhere, and sharpened, or all
    would be equal. The teacher is what is judged.
    """

    recipe: ClassVar[Recipe] = Recipe(
        lr=5e-4, lr_batch=256, weight_decay=0.04, final_weight_decay=0.4, warmup=0.1, clip_norm=3.0
    )

    @dataclass(frozen=True)
    class Config(ManyCrops.Config):
        """Settings of DINO."""

        prototypes: Annotated[int, Within(2, 1 << 20)] = 4096
        """Outputs of the head; the paper has 65,536 for ImageNet."""
        hidden: Annotated[int, Within(1, 1 << 16)] = 1024
        """Units of the head's hidden layers; the paper has 2,048."""
        bottleneck: Annotated[int, Within(2, 1 << 16)] = 256
        """Units before the last layer."""
        student_temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        teacher_temperature: Annotated[float, Within(1e-3, 10)] = 0.04
        """The lower, the sharper."""
        momentum: Annotated[float, Within(0, 1)] = 0.99
        """Part of the weights that the teacher keeps in a step; a cosine leads it to 1. The paper
        has 0.996 for long trainings."""
        centre_momentum: Annotated[float, Within(0, 1)] = 0.9
        """Part of the centre that stays in a step."""
        frozen: Annotated[float, Within(0, 1)] = 0.01
        """Part of the training in which the last layer does not learn; the paper's first epoch."""

    centre: Tensor

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = nn.Sequential(
            nn.Linear(trunk.dim, config.hidden), nn.GELU(),
            nn.Linear(config.hidden, config.hidden), nn.GELU(),
            nn.Linear(config.hidden, config.bottleneck),
        )  # fmt: skip
        self.prototypes = Prototypes(config.bottleneck, config.prototypes)
        self.teacher = MomentumCopy(self._student())
        self.register_buffer("centre", torch.zeros(config.prototypes))

    def _student(self) -> nn.Sequential:
        return nn.Sequential(self.trunk, self.project, self.prototypes)

    @property
    def exported(self) -> Trunk:
        return self.teacher.module[0]

    @property
    def bound_to_budget(self) -> bool:
        return True

    def cost(self, batch: Batch) -> float:
        """The large crops pass the teacher too."""
        return super().cost(batch) + pixels(batch["images"][0]) / self.train_size**2

    def loss(self, stages: list[Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        settings = self.config
        y = [self.trunk.pool(each) for each in stages]
        learn = step.progress >= settings.frozen
        student = self.prototypes(self.project(torch.cat(y)), learn)
        teacher = self.teacher(batch["images"][0]).float()
        target = ((teacher - self.centre) / settings.teacher_temperature).softmax(1)
        self.seen = mean_over_processes(teacher.mean(0))  # for after_step
        size = len(teacher) // settings.crops.global_count
        told, targets = (x.unflatten(0, (-1, size)) for x in (student, target))  # (V, B, K)
        return {
            "loss": swapped_cross_entropy(told, targets, settings.student_temperature),
            "teacher_entropy": torch.special.entr(target).sum(1).mean(),
        } | watched(step, y[0], *targets[:2])

    @torch.no_grad()
    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        teacher = self.exported
        if not isinstance(teacher, ViT):
            return []

        def pictures(batch: Batch) -> dict[str, Tensor]:
            crops = batch["images"][0][:SHOWN]
            images = crops * teacher.std + teacher.mean
            return {"seen": images} | attention_pictures(images, teacher.attention(crops))

        text = (
            "What the class token looks at in the last block, and the patches that hold most of it."
        )
        return [picture_strips(self, caches, seed, pictures, "Attention on unseen frames", text)]

    def after_step(self, step: Step) -> None:
        kept = self.config.centre_momentum
        self.centre.mul_(kept).add_(self.seen, alpha=1 - kept)
        self.teacher.update(self._student(), cosine(self.config.momentum, 1.0, step.progress))
