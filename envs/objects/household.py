"""The parametric household: kinds described in ``household.toml``, any number of instances each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
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
TRIMS = 3  # of an object at most


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
    material = one_of(rng, choices)
    solid = draw_solid(rng, BUILDERS[kind], measures)
    return model_of(name, material, solid, random_texture(rng, material, trims))


def one_of(rng: np.random.Generator, names: Sequence[str]) -> str:
    """A random one of some names."""
    return names[rng.integers(len(names))]


def draw_solid(
    rng: np.random.Generator,
    builder: Callable[[SimpleNamespace], Solid],
    measures: Mapping[str, Sequence[float]],
) -> Solid:
    """A solid whose measures are drawn between their limits."""
    drawn = {measure: rng.uniform(*limits) for measure, limits in measures.items()}
    return builder(SimpleNamespace(**drawn))


def random_texture(rng: np.random.Generator, material: str, trims: Sequence[str]) -> np.ndarray:
    """A texture in any colours; trims of which nothing is said are of the body's material."""
    return draw_texture(rng, material, (*trims, *[material] * TRIMS)[:TRIMS])


def model_of(name: str, material: str, solid: Solid, texture: np.ndarray) -> SolidModel:
    """The object of a name, of a material by its name."""
    made_of = materials()[material]
    return SolidModel(
        name=name,
        material=made_of,
        mass=clamped_mass(made_of.density * solid.volume),
        extents=solid.extents,
        solid=solid,
        texture=texture,
    )


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
