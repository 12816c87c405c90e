"""The Curious Robot: one trunk learns to grasp, push, poke and recognise (Pinto et al., 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation
from embodied_ssl.bounds import Within
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.early_size import EarlySize
from embodied_ssl.methods.interaction.sides import AS_IT_IS, Side, seen_from
from embodied_ssl.methods.interaction.task import Task, scaled_gradient
from embodied_ssl.methods.interaction.tasks import Grasp, Identity, Poke, Push
from embodied_ssl.methods.param_groups import set_apart
from embodied_ssl.methods.parts import parts_of
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.methods.temperature import check_highest, temperature_at
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.interaction_sampler import InteractionSampler
from embodied_ssl.sampling.interactions import INTERACTIONS, WITH_POSITIVES
from embodied_ssl.sampling.object_views import Positives
from embodied_ssl.trunks import Trunk

TASKS = tuple(INTERACTIONS)
Four = tuple[float, float, float, float]
"""A number for each task."""


class CuriousRobot(Method):
    """Grasp, push, poke and identity on one trunk (The Curious Robot, Pinto et al., ECCV 2016).

    Views of an object come from the arm that holds it and, where there are turntable data too, from
    a camera that goes round objects.
    """

    worlds, more_worlds = ("tabletop",), ("turntable",)
    recipe: ClassVar[Recipe] = Recipe("muon", lr=1e-2)

    @dataclass(frozen=True)
    class Config(EarlySize):
        """Settings of The Curious Robot."""

        tasks: tuple[str, ...] = TASKS
        """Which tasks to learn: grasp, push, poke, identity, or some of them."""
        identity: Literal["infonce", "cosine"] = "infonce"
        """infonce: find the other view among the batch's objects, on conv5 averaged and projected;
        cosine: the paper's cosine embedding loss on fc2."""
        temperature: Annotated[float, Within(1e-3, 10)] = 0.1
        """Of the InfoNCE softmax."""
        highest_temperature: Annotated[float | None, Within(1e-3, 10)] = None
        """Where a cosine leads the temperature, and back to it (Kukleva et al., ICLR 2023): low
        ones tell instances apart, high ones groups. By default it stays."""
        temperature_periods: Annotated[int, Within(1, 100_000)] = 5
        """How many times in a training."""
        projection: Annotated[int, Within(2, 1024)] = 128
        """Dimensions in which InfoNCE compares views."""
        positives: Positives = "views"
        """Of identity. views: of one object, that the arm holds or that a camera goes round;
        followed: these, and what the camera above and the hand saw of an object that was pushed,
        poked or not held; around: what the hand's camera saw around what was to be grasped, alone
        (of data with --wrist-views)."""
        schedule: Literal["joint", "two-stage"] = "joint"
        """two-stage: grasping alone first, then all tasks together, as in the paper."""
        first_stage: Annotated[float, Within(0, 1)] = 0.3
        """Part of the two-stage schedule that is grasping alone."""
        root_gradients: Literal["sum", "mean"] = "sum"
        """How the tasks' gradients meet in the trunk; the paper takes their mean."""
        weights: Annotated[Four, Within(0, 1e6)] = (0.3, 0.3, 0.3, 1.0)
        """Of the losses of grasp, push, poke and identity."""
        shares: Annotated[Four, Within(0, 64)] = (0.25, 0.125, 0.125, 1.0)
        """Samples of grasp, push, poke and identity as parts of the batch size. The paper takes
        equal batches; views of held objects teach the features most for the same computing."""
        frozen_trunk: bool = False
        """Learn the heads alone: the baseline that says what the trunk has learned."""
        head_width: Annotated[float, Within(0.01, 2)] = 0.25
        """Width of the heads as a fraction of the paper's."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.6, 1.0), rotate=0.3, brightness=0.3, contrast=0.3, saturation=0.2,
                hue=0.02,
            )
        )  # fmt: skip
        """Of the views of an object, and of the colours in the other tasks."""

        def __post_init__(self) -> None:
            super().__post_init__()
            named = [name for part in self.tasks for name in part.split(",") if name]
            object.__setattr__(self, "tasks", tuple(named))  # --tasks grasp,push or grasp push
            for task in self.tasks:
                if task not in TASKS:
                    raise did_you_mean("task", task, TASKS)
            if not self.tasks:
                raise UserError("--tasks must name at least one task.")
            check_highest(self.temperature, self.highest_temperature)
            compares = "identity" in self.tasks and self.identity == "infonce"
            if self.highest_temperature is not None and not compares:
                raise UserError("--highest-temperature is of the identity task with infonce.")
            if self.positives != "views" and "identity" not in self.tasks:
                raise UserError(f"--positives {self.positives} are of the identity task.")

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        config.check_sizes(trunk, train_size)
        width = config.head_width
        projection = config.projection if config.identity == "infonce" else None
        make = {
            "grasp": lambda: Grasp(trunk, width),
            "push": lambda: Push(trunk, width),
            "poke": lambda: Poke(trunk, width),
            "identity": lambda: Identity(trunk, width, projection, config.temperature),
        }
        self.tasks = nn.ModuleDict({name: make[name]() for name in TASKS if name in config.tasks})
        if config.frozen_trunk:
            trunk.requires_grad_(False)

    def train(self, mode: bool = True) -> CuriousRobot:
        super().train(mode)
        if self.config.frozen_trunk:
            self.trunk.eval()  # its BatchNorm stays what the calibration made it
        return self

    def param_groups(self) -> list[dict[str, Any]]:
        """Heads that learn from few samples a step stay with AdamW: orthogonal updates of their
        noisy gradients are too large."""
        heads = nn.ModuleList(task for name, task in self.tasks.items() if name != "identity")
        return set_apart(super().param_groups(), heads.parameters(), adam_lr_scale=0.1)

    def active_tasks(self, progress: float) -> dict[str, Task]:
        """The tasks of the present stage of the schedule."""
        config = self.config
        alone = config.schedule == "two-stage" and progress < config.first_stage
        if alone and "grasp" in self.tasks:
            return {"grasp": self.tasks["grasp"]}
        return {name: self.tasks[name] for name in config.tasks}

    @property
    def bound_to_budget(self) -> bool:
        changing = (self.config.highest_temperature, self.config.early_size)
        return self.config.schedule == "two-stage" or any(each is not None for each in changing)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        shares = dict(zip(TASKS, self.config.shares, strict=True))
        # Never one alone, for BatchNorm.
        counts = {t: max(2, round(shares[t] * batch_size)) for t in self.config.tasks}
        return InteractionSampler(caches, counts, seed, WITH_POSITIVES[self.config.positives])

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """All tasks' images in one pass, so that they share the statistics of BatchNorm."""
        config, settings = self.config, self.config.augmentation
        size = config.size_at(self.train_size, step.progress)
        prepared: Batch = {
            name: task.augment(batch[name], size, settings, step.generator)
            for name, task in self.active_tasks(step.progress).items()
        }
        images = torch.cat([each.pop("images") for each in prepared.values()])
        return prepared | {"images": self.trunk.normalize(images)}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        tasks = self.active_tasks(step.progress)
        if self.config.root_gradients == "mean":
            stages = [scaled_gradient(maps, 1 / len(tasks)) for maps in stages]
        if "identity" in tasks:
            tasks["identity"].temperature = temperature_at(self.config, step.progress)
        counts = [len(task.frames(batch[name])) for name, task in tasks.items()]
        maps_of = [parts_of(maps, counts) for maps in stages]
        parts = dict(zip(tasks, zip(*maps_of, strict=True), strict=True))
        losses = {name: task.loss(list(parts[name]), batch[name]) for name, task in tasks.items()}
        weights = dict(zip(TASKS, self.config.weights, strict=True))
        total = sum(weights[name] * loss for name, loss in losses.items())
        views = tasks.get("identity")
        told = watched(step, self.trunk.pool(parts["identity"]), *views.compared) if views else {}
        return {"loss": total, **losses, **told}

    @torch.inference_mode()
    def predict(self, name: str, batch: Batch) -> Tensor:
        """What the head of a task predicts, without augmentation, on the device of the batch: see
        the class of the task."""
        task = self.tasks[name]
        frames = task.frames(batch)
        sides = [task.predict(self._seen(frames, side), batch, side) for side in task.sides]
        return torch.stack(sides).mean(0)

    @torch.inference_mode()
    def grasp_probabilities(self, crops: UInt8[Tensor, "B 3 H W"]) -> Float[Tensor, "B 18"]:
        """The probability that a grasp in the middle of each crop holds, at every angle."""
        return self.tasks["grasp"].probabilities(self._seen(crops))

    def _seen(self, frames: Tensor, side: Side = AS_IT_IS) -> Stages:
        images = seen_from(side, frames, self.train_size)
        return self.trunk.stages(self.trunk.normalize(images))
