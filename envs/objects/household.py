"""The parametric household: kinds described in ``household.toml``, any number of instances each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import balls_and_fruit, boxes, containers, revolved, tools
from embodied_ssl_envs.objects.model import SolidModel, clamped_mass, materials
from embodied_ssl_envs.objects.solids import Solid
from embodied_ssl_envs.objects.splits import seed_of, split_of
from embodied_ssl_envs.objects.textures import draw_texture

INSTANCES = 100_000  # of each kind


@cache
def described_kinds() -> dict[str, dict]:
    """What is drawn for an instance of each kind: materials, trims, limits of measures."""
    text = files("embodied_ssl_assets").joinpath("household.toml").read_text()
    return tomllib.loads(text)


BUILDERS: dict[str, Callable[[SimpleNamespace], Solid]] = {
    kind: getattr(module, kind)
    for module, kinds in (
        (containers, ("mug", "cup", "glass", "bowl", "pot", "pan", "plate")),
        (revolved, ("bottle", "can", "jar", "vase", "candle", "cone", "spool")),
        (balls_and_fruit, ("ball", "apple", "donut", "banana")),
        (boxes, ("box", "book", "remote", "sponge", "brick", "star")),
        (tools, ("hammer", "screwdriver", "spoon", "pen", "dumbbell")),
    )
    for kind in kinds
}
"""The function that builds the solid of each kind from the measures of an instance."""


@lru_cache(maxsize=32)
def build(name: str) -> SolidModel:
    """The household object of this name; everything about it follows from the name."""
    kind = name.split("/")[1]
    rng = np.random.default_rng(seed_of(name))
    measures = dict(described_kinds()[kind])
    choices, trims = measures.pop("materials"), measures.pop("trims", [])
    material = materials()[choices[rng.integers(len(choices))]]
    drawn = {measure: rng.uniform(*limits) for measure, limits in measures.items()}
    solid = BUILDERS[kind](SimpleNamespace(**drawn))
    return SolidModel(
        name=name,
        material=material,
        mass=clamped_mass(material.density * solid.volume),
        extents=solid.extents,
        solid=solid,
        texture=draw_texture(rng, material.name, _all_trims(material.name, trims)),
    )


def random_finish(
    rng: np.random.Generator, choices: Sequence[str], trims: Sequence[str]
) -> tuple[str, np.ndarray]:
    """One of some materials, and a texture of it in any colours."""
    material = choices[rng.integers(len(choices))]
    return material, draw_texture(rng, material, _all_trims(material, trims))


def _all_trims(material: str, trims: Sequence[str]) -> tuple[str, ...]:
    return (*trims, *[material] * 3)[:3]


class Household:
    """Objects named ``household/kind/00042``."""

    source = "household"

    def __init__(self) -> None:
        self.kinds = tuple(described_kinds())

    def sample(self, rng: np.random.Generator, split: str) -> str:
        """A random name of the split."""
        while True:
            kind = self.kinds[rng.integers(len(self.kinds))]
            name = f"{self.source}/{kind}/{rng.integers(INSTANCES):05d}"
            if split_of(name) == split:
                return name

    def names(self, split: str, count: int) -> list[str]:
        """The first ``count`` names of the split, taken from all kinds in turn."""
        turns = [self._of_kind(kind, split) for kind in self.kinds]
        return [next(turns[index % len(turns)]) for index in range(count)]

    def _of_kind(self, kind: str, split: str):
        names = (f"{self.source}/{kind}/{index:05d}" for index in range(INSTANCES))
        return (name for name in names if split_of(name) == split)

    def load(self, name: str) -> SolidModel:
        """The object of this name."""
        source, kind, instance = (*name.split("/"), "", "")[:3]
        if source != self.source or kind not in self.kinds or not instance.isdecimal():
            raise WorldError(
                f"no {self.source} object is called {name!r}; try {self.source}/mug/00042"
            )
        return self.build(name)

    def build(self, name: str) -> SolidModel:
        """The object of a name that there is."""
        return build(name)
