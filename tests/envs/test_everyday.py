"""Everyday objects: half look as their kind looks, in finishes that many kinds share."""

from collections import defaultdict

import numpy as np
import pytest

from embodied_ssl_envs.objects import everyday, open_objects, split_of
from embodied_ssl_envs.objects.everyday import described_kinds, finish, looks_of
from embodied_ssl_envs.objects.model import materials
from embodied_ssl_envs.objects.textures import Finish, paint_finishes


def names_of(kind, count):
    return [f"everyday/{kind}/{number:05d}" for number in range(count)]


@pytest.fixture
def typical(monkeypatch):
    monkeypatch.setattr(everyday, "TYPICAL", 1.0)
    return everyday.build.__wrapped__


@pytest.mark.parametrize("kind", described_kinds())
def test_looks_are_of_finishes_and_measures_that_there_are(kind):
    known = {*described_kinds()[kind]} - {"materials", "trims"}
    for look in looks_of(kind):
        named = {*look["body"], *(name for names in look.get("trims", []) for name in names)}
        for name in named - {"body"}:
            assert finish(name).material in materials() and len(finish(name).color) == 3
        assert set(look) - {"body", "trims", "decal", "label"} <= known
        assert "body" not in look["body"] and len(look.get("trims", [])) <= everyday.TRIMS


def test_a_kind_looks_as_it_does_in_kitchens(typical):
    for kind, wanted in (
        ("banana", (226, 190, 66)), ("carrot", (236, 132, 44)), ("fork", None), ("egg", None),
    ):  # fmt: skip
        for name in names_of(kind, 8):
            model = typical(name)
            looks = [name for look in looks_of(kind) for name in look["body"]]
            assert model.material.name in {finish(each).material for each in looks}
            if wanted:
                seen = np.median(model.texture[:96].reshape(-1, 3), axis=0)
                assert np.abs(seen - wanted).max() < 40, name


def test_half_of_the_instances_look_typical(monkeypatch):
    names = [name for kind in ("mug", "pan", "stool", "pitcher") for name in names_of(kind, 100)]
    built = []

    def painted(rng, look):
        built.append(look.pop("body"))
        return "wood", np.zeros((128, 96, 3), np.uint8)

    monkeypatch.setattr(everyday, "_typical", painted)
    monkeypatch.setattr(everyday, "looks_of", lambda kind: [{"body": ["oak"]}])
    for name in names:
        everyday.build.__wrapped__(name)
    assert 0.43 < len(built) / len(names) < 0.57


def test_finishes_are_shared_so_that_shape_alone_tells_kinds_apart():
    kinds = defaultdict(set)
    for kind in described_kinds():
        for look in looks_of(kind):
            for name in look["body"]:
                kinds[name].add(kind)
    shared = [name for name, of in kinds.items() if len(of) >= 3]
    assert len(shared) >= 15
    told = [kind for kind in described_kinds() if not any(kind in kinds[name] for name in shared)]
    assert set(told) <= {
        "apple", "ball", "banana", "book", "box", "candle", "carrot", "cone", "donut", "egg",
        "lemon", "mushroom", "sponge", "wineglass",
    }, told  # fmt: skip


def test_parts_of_one_finish_are_of_one_shade():
    grey, brown = Finish("paper", (180, 180, 190)), Finish("paper", (200, 110, 60))
    texture = paint_finishes(np.random.default_rng(0), brown, [grey, brown, grey])
    parts = [texture[96:, 24 * i : 24 * i + 24].mean((0, 1)) for i in range(3)]
    assert np.abs(parts[0] - parts[2]).max() < 25 < np.abs(parts[0] - parts[1]).max()
    assert np.abs(texture[:96].mean((0, 1)) - parts[1]).max() < 25


def test_old_objects_stay_and_new_ones_have_splits_of_their_own():
    objects = open_objects(["everyday"])
    names = objects.names("test", 86)
    assert {split_of(name) for name in names} == {"test"}
    assert len({name.split("/")[1] for name in names}) == len(objects.kinds) == 43
    assert objects.recorded == ("everyday",)
