"""What a method is: modules of its own around the shared trunk, and three phases of a step.

``prepare`` makes images of a batch, ``encode`` passes them through the trunk, ``loss`` compares
what came out. So methods can be added up (``a+b`` shares one pass), timed and distributed without
knowing each other.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Bounded
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.figures import Figure
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.sampling import Batch, FrameSampler, Sampler
from embodied_ssl.trunks import Trunk
from embodied_ssl.trunks.pieces import in_pieces

Stages = list[Tensor]
"""What came out of the trunk, the first stage first."""
M = TypeVar("M", bound="Method")


@dataclass(frozen=True)
class Step:
    """All that a method may know of the moment."""

    number: int
    """Of the step, from 0."""
    progress: float
    """Part of the budget that is done, 0 to 1."""
    generator: torch.Generator
    """Source of all random numbers, on the CPU."""
    logged: bool = True
    """Whether this step's diagnostics are logged; otherwise they need not be computed."""


class Method(nn.Module):
    """A way to train a trunk.

    A new method is one file with a class like this and one line in ``METHODS``. Unless it opens a
    sampler of its own it learns from single frames.

    Args:
        trunk: what is trained.
        config: the method's settings.
        train_size: side, in pixels, of the images that the method cuts out of the frames.
    """

    worlds: ClassVar[tuple[str, ...]] = ()
    """Where data for it can be collected, any one of them is enough; empty: in any world."""
    more_worlds: ClassVar[tuple[str, ...]] = ()
    """Whose data it learns from too, beside those of one of ``worlds``."""
    trunk_type: ClassVar[type[Trunk]] = Trunk
    """The trunks that it can train."""
    trunk_defaults: ClassVar[Mapping[str, Any]] = {}
    """Settings of the trunk unless told otherwise, where it has such."""
    recipe: ClassVar[Recipe] = Recipe()
    """How it is optimised unless told otherwise."""
    pools_only: ClassVar[bool] = False
    """Whether the loss looks at ``trunk.pool(stages)`` alone, and so at the last stage."""
    pieces: int = 1
    """In which a batch passes the trunk."""

    @dataclass(frozen=True)
    class Config(Bounded):
        """The method's settings, each with a line of explanation."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__()
        self.trunk = trunk
        self.config = config
        self.train_size = train_size

    @classmethod
    def require_world(cls, env: str, source: str) -> None:
        """UserError for data of a world that it cannot learn from."""
        if not cls.learns_from(env):
            where = "holds photos" if env == "photos" else f"was collected in {env!r}"
            worlds = " or ".join((*cls.worlds, *cls.more_worlds))
            raise UserError(f"{source} {where}, {cls.__name__} learns from {worlds} data alone.")

    @classmethod
    def learns_from(cls, env: str) -> bool:
        """Whether data of a world are of any use to it."""
        return not cls.worlds or env in (*cls.worlds, *cls.more_worlds)

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        """What gives the batches; ``caches`` are the datasets by the world they come from."""
        return FrameSampler(caches.values(), batch_size, seed)

    @abstractmethod
    def prepare(self, batch: Batch, step: Step) -> Batch:
        """A new batch, augmented, with ``images`` (N, 3, s, s) as the trunk wants them (or a list
        of such, one of each size). Pure: the same batch and step give the same."""

    def encode(self, batch: Batch) -> Stages:
        """The stages of what was prepared; of a list of images a list of stages each."""
        images = batch["images"]
        if isinstance(images, Tensor):
            return self.passed(self._stages, images)
        return [self.passed(self._stages, each) for each in images]

    def _stages(self, images: Tensor) -> Stages:
        """Those that the loss looks at: what is not kept costs no memory."""
        return self.trunk.stages(images)[-1 if self.pools_only else 0 :]

    def passed(self, encode: Callable[..., Stages], *inputs: Tensor) -> Stages:
        """What ``encode`` makes of inputs (N, ...) with the trunk, in as many pieces as the
        training has; every pass of ``encode`` goes this way."""
        return in_pieces(self.trunk, encode, self.pieces, *inputs)

    @abstractmethod
    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        """``loss`` to descend, and numbers worth a curve."""

    def forward(self, batch: Batch, step: Step) -> dict[str, Tensor]:
        """``encode`` and ``loss`` of a prepared batch, for wrappers that hook into calls."""
        return self.loss(self.encode(batch), batch, step)

    def cost(self, batch: Batch) -> float:
        """What a prepared batch costs of the budget, in images: its pixels through the trunk (or a
        copy of it) over those of an image of ``train_size``. Nine tiles cost one image."""
        return pixels(batch["images"]) / self.train_size**2

    def param_groups(self) -> list[dict[str, Any]]:
        """The weights that learn, for the optimizer; ``decays: False`` for those without decay.
        Biases and the scales of normalisation do not decay.

        A group may have an ``lr_scale``, a factor of the learning rate, and an ``adam_lr_scale``,
        with which Muon, and no other optimizer, leaves it to AdamW at that part of the rate.
        """
        trained = [p for p in self.parameters() if p.requires_grad]
        return [
            {"params": [p for p in trained if p.dim() > 1], "decays": True},
            {"params": [p for p in trained if p.dim() <= 1], "decays": False},
        ]

    def after_step(self, step: Step) -> None:
        """What follows an update of the weights: momentum copies, queues, centres, banks."""

    @property
    def exported(self) -> Trunk:
        """The trunk that is saved and judged."""
        return self.trunk

    @property
    def chance(self) -> dict[str, float]:
        """What is expected of those who know nothing, of each number of ``loss`` that says how well
        a pretext task is solved; larger ones are better. Nothing where there is no such task."""
        return {}

    @property
    def bound_to_budget(self) -> bool:
        """Whether what a step does depends on how much of the budget is done."""
        return False

    def part(self, cls: type[M]) -> M | None:
        """Itself if it is of a class, or a part of a sum that is."""
        return self if isinstance(self, cls) else None

    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        """What a report shows of what it learned; ``caches`` are the data that it learned from, by
        their world."""
        return []


def pixels(images: Tensor | list[Tensor]) -> int:
    """Pixels of a batch of images, or of several batches of different sizes."""
    if isinstance(images, Tensor):
        return images.shape[0] * images.shape[-2] * images.shape[-1]
    return sum(map(pixels, images))
