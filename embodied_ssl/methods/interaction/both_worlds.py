"""Both worlds in one training: The Curious Robot's tasks and ego-motion share the trunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from embodied_ssl.sampling.base import Batch, Sampler
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.motion.egomotion import EgoMotion
from embodied_ssl.trunks import Trunk


class BothWorlds(Method):
    """A robot that touches and a camera that moves, in one pass through one trunk."""

    worlds = ("tabletop", "rooms")
    all_worlds = True

    @dataclass(frozen=True)
    class Config:
        """Settings of learning in both worlds."""

        robot: CuriousRobot.Config = field(default_factory=CuriousRobot.Config)
        """What is learned on the tabletop."""
        motion: EgoMotion.Config = field(default_factory=EgoMotion.Config)
        """What is learned in rooms."""
        robot_share: float = 0.5
        """Part of the batch size that the tabletop has; the rooms have the rest."""
        motion_weight: float = 1.0
        """Of the loss of the rooms beside that of the tabletop."""

        def __post_init__(self) -> None:
            if self.robot.frozen_trunk:
                raise UserError("both-worlds shares a trunk that learns: no --robot.frozen-trunk.")
            if not 0 < self.robot_share < 1:
                raise UserError(f"--robot-share must be between 0 and 1, not {self.robot_share}.")

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.robot = CuriousRobot(trunk, config.robot, train_size)
        self.motion = EgoMotion(trunk, config.motion, train_size)

    @property
    def tasks(self) -> tuple[str, ...]:
        """What the robot has heads for."""
        return self.robot.tasks

    @property
    def progress(self) -> float:
        """Part of the training that is done, told by the loop."""
        return self.robot.progress

    @progress.setter
    def progress(self, progress: float) -> None:
        self.robot.progress = progress

    def _batch_sizes(self, batch_size: int) -> tuple[int, int]:
        robot = min(max(2, round(self.config.robot_share * batch_size)), batch_size - 1)
        return robot, max(2, batch_size - robot)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        robot, motion = self._batch_sizes(batch_size)
        touch = self.robot.open_sampler(caches, robot, seed)
        move = self.motion.open_sampler(caches, motion, seed)
        return lambda step: {"robot": touch(step), "motion": move(step)}

    def images_per_step(self, batch_size: int) -> int:
        robot, motion = self._batch_sizes(batch_size)
        return self.robot.images_per_step(robot) + self.motion.images_per_step(motion)

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        touched = {task: dict(batch["robot"][task]) for task in self.robot.active_tasks()}
        moved = batch["motion"]
        images = [self.robot.images(touched, generator), self.motion.images(moved, generator)]
        # One pass, so that BatchNorm sees in training the mixture that its averages hold.
        stages = self.trunk.stages(torch.cat(images))
        touch, move = zip(*(maps.split([len(i) for i in images]) for maps in stages), strict=True)
        robot = self.robot.loss_of(list(touch), touched)
        motion = self.motion.loss_of(list(move), moved)
        total = robot.pop("loss") + self.config.motion_weight * motion.pop("loss")
        motion.pop("embedding")
        return {"loss": total, **robot, **motion}

    def predict(self, task: str, batch: Batch) -> Tensor:
        """What the robot's heads foresee; as ``CuriousRobot.predict``."""
        return self.robot.predict(task, batch)
