"""Every number of every plug-in's settings has bounds, and within them a method can be built."""

import dataclasses
import json
import typing

import pytest
import torch

from embodied_ssl.augment import Augmentation
from embodied_ssl.bounds import bounds_of, scalar_of
from embodied_ssl.errors import UserError
from embodied_ssl.methods import METHODS, load_method_class
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.settings import from_dict
from embodied_ssl.training.command import build_method
from embodied_ssl.training.config import LoopConfig
from embodied_ssl.training.optim import open_optimizer
from embodied_ssl.trunks import build_trunk
from embodied_ssl.trunks.build import TIMM, TRUNKS

STRANGE = (0, -1, float("nan"), float("inf"), -float("inf"), 1e9, 2**70, 10**400)
METHOD_NAMES = [*METHODS, "rotation+simclr"]
TRUNK_NAMES = [*TRUNKS, "resnet10t"]


def numeric(cls):
    """The names of the fields that hold numbers, one or several, with their hints."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return {f.name: hints[f.name] for f in dataclasses.fields(cls) if scalar_of(hints[f.name])}


def configs():
    loaded = [load_method_class(name).Config for name in METHOD_NAMES]
    trunks = [TRUNKS.load(name).Config for name in (*TRUNKS, TIMM)]
    return [*loaded, *trunks, Recipe, Augmentation, LoopConfig]


@pytest.mark.parametrize("cls", configs(), ids=lambda cls: f"{cls.__module__}.{cls.__qualname__}")
def test_every_number_has_bounds_and_nothing_else_is_taken(cls):
    bounded = {name: bounds for name, bounds, _ in bounds_of(cls)}
    assert bounded.keys() == numeric(cls).keys()
    needed = {"data": ("a",), "out": "b"} if cls is LoopConfig else {}
    usual = cls(**needed)
    for name, bounds in bounded.items():
        present = getattr(usual, name)
        for value in (*STRANGE, "1", True):
            told = (value,) * len(present) if isinstance(present, tuple) else value
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if number and value in bounds and (scalar_of(numeric(cls)[name]) is float or value < 9):
                continue
            with pytest.raises(UserError, match=r"--.* must be a (whole )?number from") as error:
                cls(**needed, **{name: told})
            assert name.replace("_", "-") in str(error.value) and len(str(error.value)) < 200


@pytest.fixture
def tiny_trunk(small_trunk_of):
    def build(cls):
        name, settings = small_trunk_of(cls)
        return build_trunk(name, **settings)

    return build


def tried(cls):
    """Settings with one number changed to a strange one, alone or in every place of a tuple."""
    usual = cls()
    for name in numeric(cls):
        present = getattr(usual, name)
        for value in STRANGE:
            yield {name: [value] * len(present) if isinstance(present, tuple) else value}


@pytest.mark.parametrize("name", METHOD_NAMES)
def test_a_strange_number_is_refused_or_builds_a_method(tiny_trunk, name):
    cls = load_method_class(name)
    trunk = tiny_trunk(cls)
    for told in tried(cls.Config):
        try:
            config = from_dict(cls.Config, json.loads(json.dumps(told)))
        except UserError as error:
            assert "\n" not in str(error)
            continue
        method = cls(trunk, config, 48)
        assert sum(p.numel() for p in method.parameters()) < 3e7


@pytest.mark.parametrize("name", TRUNK_NAMES)
def test_a_strange_number_is_refused_or_builds_a_trunk(name):
    cls = TRUNKS.load(name if name in TRUNKS else TIMM)
    for told in tried(cls.Config):
        try:
            build_trunk(name, **told)
        except UserError as error:
            assert "\n" not in str(error)


def test_a_strange_recipe_is_refused_or_opens_an_optimizer(tiny_trunk):
    cls = load_method_class("simclr")
    method = cls(tiny_trunk(cls), cls.Config(), 48)
    for optimizer in ("adamw", "sgd", "rmsprop", "lars", "muon"):
        for told in tried(Recipe):
            try:
                recipe = from_dict(Recipe, {"optimizer": optimizer, **told})
            except UserError:
                continue
            open_optimizer(method, recipe)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("alexnet", {"width": 16, "fc_dim": 65536, "grid": 16}), ("vit", {"dim": 8192, "depth": 64}),
     ("split", {"width": 16, "fc_dim": 65536})],
)  # fmt: skip
def test_a_trunk_that_does_not_fit_into_memory_is_refused(name, settings, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("m", (), {"available": 8e9}))
    if name == "vit":
        settings = settings | {"heads": 64}
    drawn = torch.get_rng_state()
    with pytest.raises(UserError, match=r"at least \d+ GB of memory, and 8 are free"):
        build_trunk(name, **settings)
    assert torch.equal(torch.get_rng_state(), drawn)


def test_a_method_that_does_not_fit_into_memory_is_refused(few_steps, tmp_path, monkeypatch):
    cls = load_method_class("egomotion")
    settings = {"width": 0.1, "fc_dim": 1024}
    config = few_steps("rooms", out=tmp_path, trunk_settings=settings)
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("m", (), {"available": 2e8}))
    with pytest.raises(UserError, match="egomotion with these settings takes"):
        build_method(config, cls, cls.Config(patterns=64), "egomotion")


def test_a_trunk_of_a_wrong_type_is_one_line():
    with pytest.raises(UserError, match="the trunk alexnet: width must be a finite number"):
        build_trunk("alexnet", width="wide")
