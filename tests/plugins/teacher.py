"""All that a checkpoint may lose: a momentum copy of the trunk, a queue and a bank."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.distributed import gather
from embodied_ssl.methods.base import Method

ROWS = 24


class Teacher(Method):
    """A student predicts its teacher; what it saw is kept in a queue and in a bank."""

    @dataclass(frozen=True)
    class Config:
        """Settings of the teacher."""

        export_teacher: bool = False
        """Save the teacher as the trunk."""
        rate: float = 0.1
        """Of the momentum copy."""

    def __init__(self, trunk, config, train_size):
        super().__init__(trunk, config, train_size)
        self.target = torch.nn.ModuleDict({"trunk": copy.deepcopy(trunk).requires_grad_(False)})
        self.register_buffer("queue", torch.zeros(ROWS, trunk.dim))
        self.register_buffer("place", torch.zeros(1, dtype=torch.long))
        self.register_buffer("bank", torch.zeros(0))  # as large as the data

    @property
    def exported(self):
        return self.target["trunk"] if self.config.export_teacher else self.trunk

    def open_sampler(self, caches, batch_size, seed):
        sampler = super().open_sampler(caches, batch_size, seed)
        self.bank = torch.zeros(sampler.size, self.trunk.dim)
        return sampler

    def prepare(self, batch, step):
        images = augment(batch["frames"], self.train_size, Augmentation(), step.generator)
        return {"images": self.trunk.normalize(images), "index": batch["index"]}

    def loss(self, stages, batch, step):
        z = self.trunk.pool(stages)
        with torch.no_grad():
            target = self.target["trunk"](batch["images"])
            self.keys, self.index = gather(target), gather(batch["index"])
        far = F.cosine_similarity(z[:, None], self.queue[None], dim=2).mean()
        near = (
            F.cosine_similarity(z, target).mean()
            + F.cosine_similarity(z, self.bank[batch["index"]]).mean()
        )
        return {"loss": 1 - near + far}

    @torch.no_grad()
    def after_step(self, step):
        for mine, theirs in zip(self.target.parameters(), self.trunk.parameters(), strict=True):
            mine.lerp_(theirs, self.config.rate)
        for key in self.keys:
            self.queue[self.place] = key
            self.place.copy_((self.place + 1) % ROWS)
        self.bank[self.index] = self.keys
