"""The Curious Robot: one trunk learns to grasp, push, poke and recognise (Pinto et al., ECCV 2016).

Each task branches from the trunk where the paper's figure shows it: grasp from conv4, push from
conv3 of a shared clone, poke from fc1, identity from fc2 of a shared clone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.augment import NONE, Augmentation, augment
from embodied_ssl.sampling.base import TASKS, Batch, InteractionSampler, Sampler
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.losses import cosine_embedding, masked_grasp, nt_xent
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.heads import ANGLES, GraspHead, PokeHead, PushHead, tap
from embodied_ssl.methods.contrastive.simclr import projection_head
from embodied_ssl.trunks import Trunk

IMAGES = {"grasp": ("before",), "push": ("before", "after"), "poke": ("before",),
          "identity": ("first", "second")}  # fmt: skip


class CuriousRobot(Method):
    """Four tasks whose labels the robot's own actions give, on one shared trunk."""

    worlds = ("tabletop",)

    @dataclass(frozen=True)
    class Config:
        """Settings of The Curious Robot."""

        tasks: tuple[str, ...] = TASKS
        """Which tasks to learn: grasp, push, poke, identity, or some of them."""
        identity: Literal["infonce", "cosine"] = "infonce"
        """infonce: find the other view among the batch's objects, on conv5 averaged and projected;
        cosine: the paper's cosine embedding loss on fc2."""
        temperature: float = 0.1
        """Of the InfoNCE softmax."""
        projection: int = 128
        """Dimensions in which InfoNCE compares views."""
        schedule: Literal["joint", "two-stage"] = "joint"
        """two-stage: grasping alone first, then all tasks together, as in the paper."""
        first_stage: float = 0.3
        """Part of the two-stage schedule that is grasping alone."""
        root_gradients: Literal["sum", "mean"] = "sum"
        """How the tasks' gradients meet in the trunk; the paper takes their mean."""
        weights: tuple[float, float, float, float] = (0.3, 0.3, 0.3, 1.0)
        """Of the losses of grasp, push, poke and identity."""
        shares: tuple[float, float, float, float] = (0.25, 0.125, 0.125, 1.0)
        """Samples of grasp, push, poke and identity as parts of the batch size. The paper takes
        equal batches; views of held objects teach the features most for the same computing."""
        frozen_trunk: bool = False
        """Learn the heads alone: the baseline that says what the trunk has learned."""
        head_width: float = 0.25
        """Width of the heads as a fraction of the paper's."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                scale=(0.6, 1.0), rotate=0.3, brightness=0.3, contrast=0.3, saturation=0.2, hue=0.02
            )
        )
        """Of the views of an object, and of the colours in the other tasks."""

        def __post_init__(self) -> None:
            named = [name for part in self.tasks for name in part.split(",") if name]
            object.__setattr__(self, "tasks", tuple(named))  # --tasks grasp,push or grasp push
            for task in self.tasks:
                if task not in TASKS:
                    raise did_you_mean("task", task, TASKS)
            if not self.tasks:
                raise UserError("--tasks must name at least one task.")

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.taps = {
            layer: tap(trunk, layer) for layer in ("conv3", "conv4", "conv5", "fc1", "fc2")
        }
        dims = {layer: trunk.stage_dims[stage] for layer, stage in self.taps.items()}
        if "grasp" in config.tasks:
            self.grasp = GraspHead(dims["conv4"], config.head_width)
        if "push" in config.tasks:
            self.push = PushHead(dims["conv3"], config.head_width)
        if "poke" in config.tasks:
            self.poke = PokeHead(dims["fc1"], config.head_width)
        if "identity" in config.tasks and config.identity == "infonce":
            self.project = projection_head(dims["conv5"], 512, config.projection)
        if config.frozen_trunk:
            trunk.requires_grad_(False)
        self.progress = 0.0  # part of the training that is done, told by the loop

    def train(self, mode: bool = True) -> CuriousRobot:
        super().train(mode)
        if self.config.frozen_trunk:
            self.trunk.eval()  # its BatchNorm stays what the calibration made it
        return self

    @property
    def tasks(self) -> tuple[str, ...]:
        """What it has heads for."""
        return self.config.tasks

    def active_tasks(self) -> tuple[str, ...]:
        """The tasks of the present stage of the schedule."""
        config = self.config
        if config.schedule == "two-stage" and self.progress < config.first_stage:
            return tuple(task for task in config.tasks if task == "grasp") or config.tasks
        return config.tasks

    def count(self, task: str, batch_size: int) -> int:
        """Samples of a task in a step; never one alone, for BatchNorm."""
        return max(2, round(self.config.shares[TASKS.index(task)] * batch_size))

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        counts = {task: self.count(task, batch_size) for task in self.config.tasks}
        sampler = InteractionSampler(caches["tabletop"], batch_size, seed, counts=counts)
        sampler.require(self.config.tasks)
        return sampler

    def images_per_step(self, batch_size: int) -> int:
        return sum(len(IMAGES[task]) * self.count(task, batch_size) for task in self.active_tasks())

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        batch = {task: dict(batch[task]) for task in self.active_tasks()}
        # All tasks share one pass, and so the statistics of BatchNorm.
        return self.loss_of(self.trunk.stages(self.images(batch, generator)), batch)

    def images(self, batch: Batch, generator: torch.Generator) -> Float[Tensor, "N 3 s s"]:
        """What goes through the trunk, task by task; the angles of grasps turn with their images
        and replace those of the batch."""
        tasks = self.active_tasks()
        images = [self._augmented(task, batch[task], generator) for task in tasks]
        return self.trunk.normalize(torch.cat(images))

    def loss_of(self, stages: list[Tensor], batch: Batch) -> dict[str, Tensor]:
        """The losses of the stages of what ``images`` gave."""
        tasks = self.active_tasks()
        if self.config.root_gradients == "mean":
            stages = [_scale_gradient(maps, 1 / len(tasks)) for maps in stages]
        counts = [sum(len(batch[task][name]) for name in IMAGES[task]) for task in tasks]
        parts = zip(*(maps.split(counts) for maps in stages), strict=True)
        losses = {
            task: getattr(self, f"_{task}_loss")(list(part), batch[task])
            for task, part in zip(tasks, parts, strict=True)
        }
        total = sum(self.config.weights[TASKS.index(t)] * loss for t, loss in losses.items())
        return {"loss": total, "embedding": stages[-1].mean((2, 3)), **losses}

    def _augmented(self, task: str, batch: Batch, generator: torch.Generator) -> Tensor:
        """The images of a task in a row, the first of every sample before the second.

        A push keeps its geometry. A poke is the same from all sides: its image turns about the
        point. A grasp turns with its image, and its angle with it.
        """
        frames = torch.cat([batch[name] for name in IMAGES[task]])
        settings = self.config.augmentation
        if task == "identity":
            return augment(frames, self.train_size, settings, generator)
        settings = replace(settings, scale=(1, 1), flip=0.0, rotate=0.0)
        if task == "push":
            return augment(frames, self.train_size, settings, generator)
        if task == "poke":
            settings = replace(settings, flip=0.5, rotate=torch.pi)
            return augment(frames, self.train_size, settings, generator)
        turn = torch.randint(0, 2 * ANGLES, (len(frames),), generator=generator)
        flip = torch.rand(len(frames), generator=generator) < 0.5
        batch["angle"] = turned_angle(batch["angle"], turn, flip)
        radians = turn * torch.pi / ANGLES
        return augment(frames, self.train_size, settings, generator, radians, flip)

    def _grasp_loss(self, stages: list[Tensor], batch: Batch) -> Tensor:
        logits = self.grasp(stages[self.taps["conv4"]])
        return masked_grasp(logits, batch["angle"], batch["success"])

    def _push_loss(self, stages: list[Tensor], batch: Batch) -> Tensor:
        return F.mse_loss(self._push(stages).float(), batch["action"])

    def _poke_loss(self, stages: list[Tensor], batch: Batch) -> Tensor:
        return F.mse_loss(self.poke(stages[self.taps["fc1"]]).float(), batch["line"])

    def _identity_loss(self, stages: list[Tensor], batch: Batch) -> Tensor:
        first, second = self._identity(stages).chunk(2)
        if self.config.identity == "infonce":
            return nt_xent(first, second, self.config.temperature)
        return cosine_embedding(first, second)

    def _push(self, stages: list[Tensor]) -> Tensor:
        return self.push(*stages[self.taps["conv3"]].chunk(2))

    def _identity(self, stages: list[Tensor]) -> Tensor:
        """Vectors whose cosine says whether two views show the same object."""
        if self.config.identity == "infonce":
            return self.project(stages[self.taps["conv5"]].mean((2, 3)))
        return stages[self.taps["fc2"]].mean((2, 3))

    @torch.inference_mode()
    def predict(self, task: str, batch: Batch) -> Tensor:
        """What the heads foresee, without augmentation, on the device of the batch.

        Returns:
            grasp: (B,) probability that the executed angle succeeds; push: (B, 5) the action;
            poke: (B, 2) the standardised line; identity: (2B, D) vectors of the first views, then
            of the second.
        """
        frames = torch.cat([batch[name] for name in IMAGES[task]])
        images = augment(frames, self.train_size, NONE, torch.Generator())
        stages = self.trunk.stages(self.trunk.normalize(images))
        if task == "grasp":
            logits = self.grasp(stages[self.taps["conv4"]])
            executed = logits[torch.arange(len(logits)), batch["angle"]]
            return executed.float().softmax(1)[:, 1]
        if task == "push":
            return self._push(stages).float()
        if task == "poke":
            return self.poke(stages[self.taps["fc1"]]).float()
        return self._identity(stages).float()


def turned_angle(angle: Tensor, turn: Tensor, flip: Tensor) -> Tensor:
    """Bins of grasp angles after the image was mirrored left to right, then turned.

    Args:
        angle: (B,) bins of 10 degrees, counter-clockwise from the image's u axis.
        turn: (B,) counter-clockwise turns in bins.
        flip: (B,) bool.
    """
    mirrored = torch.where(flip.to(angle.device), -angle, angle)
    return (mirrored + turn.to(angle.device)) % ANGLES


def _scale_gradient(x: Tensor, factor: float) -> Tensor:
    """The same values, with ``factor`` of the gradient."""
    return factor * x + (1 - factor) * x.detach()
