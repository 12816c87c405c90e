"""Everyday objects: the kinds of the household and more, half of which look as their kind looks.

A mug is often white and glazed, a pan is of steel or iron, a banana is yellow: half of the
instances take the finish of one of the looks that ``everyday.toml`` has for their kind. The
finishes are few and many kinds share them, so that what tells a steel bowl from a steel pan is its
shape. The other half may be of any material of the kind, in any colours, as those of the household.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import numpy as np

from embodied_ssl_envs.objects import cutlery, furniture, household, pantry, serving
from embodied_ssl_envs.objects.household import (
    TRIMS,
    Household,
    draw_solid,
    model_of,
    one_of,
    random_texture,
)
from embodied_ssl_envs.objects.model import SolidModel
from embodied_ssl_envs.objects.solids import Solid
from embodied_ssl_envs.objects.splits import seed_of
from embodied_ssl_envs.objects.textures import Finish, paint_finishes

TYPICAL = 0.5
"""Part of the instances that look as their kind looks."""

BUILDERS: dict[str, Callable[[SimpleNamespace], Solid]] = household.BUILDERS | {
    kind: getattr(module, kind)
    for module, kinds in (
        (serving, ("teapot", "pitcher", "saucepan", "wineglass")),
        (cutlery, ("fork", "knife", "brush")),
        (pantry, ("carrot", "lemon", "egg", "mushroom")),
        (furniture, ("stool", "chair", "bell")),
    )
    for kind in kinds
}
"""The function that builds the solid of each kind from the measures of an instance."""


@cache
def _described() -> dict[str, Any]:
    text = files("embodied_ssl_assets").joinpath("everyday.toml").read_text()
    return tomllib.loads(text)


@cache
def described_kinds() -> dict[str, dict[str, Any]]:
    """What is drawn for an instance of each kind: materials, trims, limits of measures."""
    return household.described_kinds() | _described()["kinds"]


def looks_of(kind: str) -> list[dict[str, Any]]:
    """How a kind looks: finishes of the body and of the trims, prints, measures."""
    return _described()["looks"][kind]


def finish(name: str) -> Finish:
    """The finish of a name."""
    material, *color = _described()["finishes"][name]
    return Finish(material, tuple(color))


@lru_cache(maxsize=32)
def build(name: str) -> SolidModel:
    """The everyday object of this name; everything about it follows from the name."""
    kind = name.split("/")[1]
    rng = np.random.default_rng(seed_of(name))
    measures = dict(described_kinds()[kind])
    choices, trims = measures.pop("materials"), measures.pop("trims", [])
    if rng.random() < TYPICAL:
        looks = looks_of(kind)
        look = dict(looks[rng.integers(len(looks))])
        material, texture = _typical(rng, look)
        measures |= look  # what is left of it
    else:
        material = one_of(rng, choices)
        texture = random_texture(rng, material, trims)
    return model_of(name, material, draw_solid(rng, BUILDERS[kind], measures), texture)


def _typical(rng: np.random.Generator, look: dict[str, Any]) -> tuple[str, np.ndarray]:
    """The material of the body and the texture of a look, of which only measures are left."""
    decal, label = (look.pop(each, 0.0) for each in ("decal", "label"))
    body = one_of(rng, look.pop("body"))
    trims = [one_of(rng, names) for names in look.pop("trims", [])]
    named = [body if trim == "body" else trim for trim in trims]
    areas = [finish(each) for each in (body, *(*named, *[body] * TRIMS)[:TRIMS])]
    return areas[0].material, paint_finishes(rng, areas[0], areas[1:], decal, label)


class Everyday(Household):
    """Objects named ``everyday/kind/00042``."""

    source = "everyday"

    def __init__(self) -> None:
        self.kinds = tuple(described_kinds())

    def build(self, name: str) -> SolidModel:
        return build(name)
