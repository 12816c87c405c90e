"""Sums of methods, ``a+b``: their losses with weights, on one trunk, in one pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor, nn

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.figures import Figure
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import M, Method, Stages, Step
from embodied_ssl.methods.parts import parts_of
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.trunks import Trunk


class Sum(Method):
    """Several methods that train one trunk together.

    Each part draws and prepares images of its own; images of one size pass the trunk together, so
    that BatchNorm sees in training the mixture that its averages hold. A part with an ``encode`` of
    its own passes its images itself.
    """

    names: ClassVar[tuple[str, ...]]
    types: ClassVar[tuple[type[Method], ...]]

    def __init__(self, trunk: Trunk, config: Any, train_size: int):
        super().__init__(trunk, config, train_size)
        self.parts = nn.ModuleDict(
            {
                name: cls(trunk, getattr(config, option_name(name)), train_size)
                for name, cls in zip(self.names, self.types, strict=True)
            }
        )

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        samplers = {}
        for (name, part), share in zip(self.parts.items(), self.config.shares, strict=True):
            ours = {world: cache for world, cache in caches.items() if part.learns_from(world)}
            samplers[name] = part.open_sampler(ours, max(2, round(share * batch_size)), seed)
        return SumSampler(samplers)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        prepared = {name: part.prepare(batch[name], step) for name, part in self.parts.items()}
        images = [each["images"] for each in prepared.values()]
        return prepared | {
            "images": [i for each in images for i in ([each] if isinstance(each, Tensor) else each)]
        }

    def encode(self, batch: Batch) -> dict[str, Stages]:
        """The stages of each part."""
        stages: dict[str, Stages] = {}
        together: dict[torch.Size, list[str]] = {}
        for name, part in self.parts.items():
            images = batch[name]["images"]
            if type(part).encode is Method.encode and isinstance(images, Tensor):
                together.setdefault(images.shape[1:], []).append(name)
            else:
                stages[name] = part.encode(batch[name])
        for names in together.values():
            images = [batch[name]["images"] for name in names]
            passed = self.passed(self.trunk.stages, torch.cat(images))
            split = [parts_of(maps, [len(i) for i in images]) for maps in passed]
            stages |= {
                name: list(own) for name, own in zip(names, zip(*split, strict=True), strict=True)
            }
        return stages

    def loss(self, stages: dict[str, Stages], batch: Batch, step: Step) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = {}
        total = 0.0
        for (name, part), weight in zip(self.parts.items(), self.config.weights, strict=True):
            numbers = part.loss(stages[name], batch[name], step)
            total = total + weight * numbers["loss"]
            outputs |= {f"{name}/{number}": value for number, value in numbers.items()}
        return {"loss": total, **outputs}

    def cost(self, batch: Batch) -> float:
        return sum(part.cost(batch[name]) for name, part in self.parts.items())

    def param_groups(self) -> list[dict[str, Any]]:
        """Those of the parts, each weight in the first of them that names it."""
        known: set[int] = set()
        groups = []
        for part in self.parts.values():
            for group in part.param_groups():
                ours = [p for p in group["params"] if id(p) not in known]
                known.update(map(id, ours))
                groups.append(group | {"params": ours})
        return groups

    def after_step(self, step: Step) -> None:
        for part in self.parts.values():
            part.after_step(step)

    @property
    def exported(self) -> Trunk:
        """Of the first part that exports another trunk than the one that is trained."""
        exported = [part.exported for part in self.parts.values()]
        return next((trunk for trunk in exported if trunk is not self.trunk), self.trunk)

    @property
    def bound_to_budget(self) -> bool:
        return any(part.bound_to_budget for part in self.parts.values())

    def part(self, cls: type[M]) -> M | None:
        found = (part.part(cls) for part in self.parts.values())
        return next(filter(None, found), None)

    def figures(self, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
        return [f for part in self.parts.values() for f in part.figures(caches, seed)]


class SumSampler:
    """The batches of several samplers by name; an epoch is one of the largest."""

    def __init__(self, samplers: dict[str, Sampler]):
        self.samplers = samplers
        self.size = max(sampler.size for sampler in samplers.values())

    def __call__(self, number: int) -> Batch:
        """The batches of a number; each part has an ``index`` and ``row`` of its own."""
        return {name: sampler(number) for name, sampler in self.samplers.items()}


def option_name(name: str) -> str:
    """A method's name as a field of the sum's settings."""
    return name.replace("-", "_").replace(".", "_").replace(":", "_")


def sum_of(name: str) -> type[Sum]:
    """The class of a sum such as ``curious-robot+simclr``.

    Raises:
        UserError: for a name that is not known or comes twice, and for methods whose trunks or
            settings do not go together.
    """
    names = tuple(name.split("+"))
    if len(set(names)) < len(names):
        raise UserError(f"{name} names a method twice.")
    types = tuple(load_method_class(each) for each in names)
    trunks = {cls.trunk_type for cls in types}
    narrowest = next((t for t in trunks if all(issubclass(t, other) for other in trunks)), None)
    if narrowest is None:
        raise UserError(f"the methods of {name} need different trunks.")

    def check(config: Any) -> None:
        Bounded.__post_init__(config)
        for option in ("weights", "shares"):
            if len(getattr(config, option)) != len(names):
                count = len(getattr(config, option))
                raise UserError(f"--{option} has {count} numbers for {len(names)} methods.")

    positive = Within(1e-6, 1e6)
    config = dataclasses.make_dataclass(
        "Config",
        [
            ("weights", Annotated[tuple[float, ...], positive], (1.0,) * len(names)),
            ("shares", Annotated[tuple[float, ...], positive], (1 / len(names),) * len(names)),
            *(
                (option_name(each), cls.Config, dataclasses.field(default_factory=cls.Config))
                for each, cls in zip(names, types, strict=True)
            ),
        ],
        bases=(Bounded,),
        frozen=True,
        namespace={"__post_init__": check},
    )
    config.__doc__ = f"""Settings of {name}.

    Args:
        weights: Of the methods' losses.
        shares: Parts of the batch size that the methods have.
    """
    worlds = tuple(dict.fromkeys(world for cls in types for world in cls.worlds))
    worlds = worlds if all(cls.worlds for cls in types) else ()
    more = tuple(dict.fromkeys(world for cls in types for world in cls.more_worlds))
    attributes = {"names": names, "types": types, "Config": config, "worlds": worlds,
                  "more_worlds": tuple(world for world in more if world not in worlds),
                  "trunk_type": narrowest, "recipe": types[0].recipe,
                  "__doc__": f"{' and '.join(names)} on one trunk."}  # fmt: skip
    return type("Sum", (Sum,), attributes)
