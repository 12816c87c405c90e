"""Views of objects: of an arm that holds them, of a camera that goes round them, of both."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.data import Dataset
from embodied_ssl.data.labelled import open_labelled
from embodied_ssl.data.rows import Rows
from embodied_ssl.errors import UserError
from embodied_ssl.methods import METHODS
from embodied_ssl.sampling.frames import image_frames
from embodied_ssl.sampling.interaction_sampler import InteractionSampler
from embodied_ssl.sampling.object_views import views_of_objects
from embodied_ssl.sampling.positives import InteractionPairs
from embodied_ssl.trunks import build_trunk
from embodied_ssl.worlds.tabletop import Tabletop
from embodied_ssl.worlds.turntable import Turntable

OBJECTS, VIEWS = 5, 6


@pytest.fixture(scope="module")
def circled_dir(tmp_path_factory):
    """A turntable with objects to learn from beside a few to judge by, images of 64 pixels."""
    config = CollectConfig("turntable", tmp_path_factory.mktemp("circled") / "data", image_size=64)
    run_collect(config, Turntable.Config(("household",), train_objects=OBJECTS, azimuths=2,
                                         val_objects=2, test_objects=3))  # fmt: skip
    return config.out


@pytest.fixture(scope="module")
def circled(circled_dir):
    return Dataset.open(circled_dir).cache()


@pytest.fixture(scope="module")
def held(tabletop_dir):
    return Dataset.open(tabletop_dir).cache()


@pytest.mark.parametrize(("split", "objects"), [("train", OBJECTS), ("val", 2), ("test", 3)])
def test_a_camera_sees_each_object_from_all_its_views(circled, split, objects):
    views = views_of_objects(circled, split)
    assert len(views.places) == objects == len(views.rows)
    for row, places in zip(views.rows, views.places, strict=True):
        ours = circled.rows["instance"] == circled.rows["instance"][row]
        assert circled.rows["split"][row] == split and len(places) == VIEWS
        assert sorted(places) == sorted(circled.index["image"][ours])


def test_a_held_object_is_seen_in_its_looks_and_where_it_lay(held):
    views = views_of_objects(held, "train")
    for row, places in zip(views.rows, views.places, strict=True):
        assert held.rows["interaction"][row] == "look"
        looks = held.index["views"][row]
        assert set(looks[looks >= 0]) <= set(places) and len(places) >= 2


def test_a_held_object_is_seen_as_it_lay_where_that_is_stored(tmp_path):
    config = CollectConfig("tabletop", tmp_path / "data", image_size=32)
    run_collect(config, Tabletop.Config(interactions=30, object_crops=True))
    cache = Dataset.open(config.out).cache()
    looks = np.flatnonzero(cache.rows["interaction"] == "look")
    assert len(looks) and (cache.index["lying"][looks] >= 0).any()
    assert (cache.index["lying"][cache.rows["interaction"] != "look"] == -1).all()
    views = views_of_objects(cache, "train")
    for row, places in zip(views.rows, views.places, strict=True):
        assert cache.index["lying"][row] in {-1, *places}
    images, _ = image_frames(cache)
    assert set(cache.index["lying"][views.rows]) <= {-1, *images}


@pytest.fixture(scope="module")
def with_views_around(tmp_path_factory):
    config = CollectConfig("tabletop", tmp_path_factory.mktemp("around") / "data", image_size=32)
    run_collect(config, Tabletop.Config(interactions=30, wrist_views=3))
    return Dataset.open(config.out).cache()


@pytest.mark.parametrize("positives", ["views", "followed"])
def test_what_was_to_be_grasped_is_seen_from_around_where_that_is_stored(
    with_views_around, positives
):
    cache = with_views_around
    views = views_of_objects(cache, "train", positives)
    seen = dict(zip(views.rows.tolist(), map(set, views.places), strict=True))
    rows, around = cache.rows, cache.index["around"]
    grasps = np.flatnonzero((rows["interaction"] == "grasp") & (rows["split"] == "train"))
    assert 0 < sum(rows["success"][grasps]) < len(grasps)
    for grasp in grasps:
        places = set(around[grasp]) - {-1}
        same = (rows["track"] == rows["track"][grasp]) & (rows["track"] != "")
        looks = np.flatnonzero(same & (rows["interaction"] == "look"))
        row = looks[0] if len(looks) else grasp  # the look at what it holds
        if len(places) >= 2 and (positives == "views" or len(looks) or not rows["track"][grasp]):
            assert places <= seen[row] and (row == grasp or grasp not in seen)
    assert (around[rows["interaction"] != "grasp"] == -1).all()
    images, _ = image_frames(cache)
    assert set(around[grasps].ravel()) <= {-1, *images}
    learned = replace(cache, rows=Rows(dict(rows) | {"split": np.full(len(rows["split"]), "val")}))
    judged = views_of_objects(learned, "val", positives).places
    assert judged and not set(around.ravel()) & set(np.concatenate(judged))


def test_views_around_alone_are_learned_from_when_asked_and_not_judged(with_views_around):
    rows, around = with_views_around.rows, with_views_around.index["around"]
    splits = np.resize(["train", "val"], len(around)).astype(object)
    rows = Rows(dict(rows) | {"split": splits})
    cache = replace(with_views_around, rows=rows)
    views = views_of_objects(cache, "train", "around")
    several = ((around >= 0).sum(axis=1) >= 2) & (rows["split"] == "train")
    assert several.any() and np.array_equal(views.rows, np.flatnonzero(several))
    for row, places in zip(views.rows, views.places, strict=True):
        assert sorted(places) == sorted(around[row][around[row] >= 0])
    places = cache.index["before"]
    held = replace(cache, index=dict(cache.index) | {"around": places[:, None].repeat(2, 1)})
    judged = [views_of_objects(held, "val", each).places for each in ("around", "views")]
    assert judged[0] and len(judged[0]) == len(judged[1]) and all(map(np.array_equal, *judged))


def test_followed_objects_are_seen_before_and_after_and_from_the_hand(held):
    views = views_of_objects(held, "train", "followed")
    seen = dict(zip(views.rows.tolist(), views.places, strict=True))
    rows, index = held.rows, held.index
    ours = np.flatnonzero(rows["split"] == "train")
    for row in ours:
        interaction = rows["interaction"][row]
        if interaction == "push":
            assert set(seen[row]) == {index[n][row] for n in ("before", "after", "wrist")}
        elif interaction == "poke" or not rows["track"][row]:
            assert set(seen[row]) == {index["before"][row], index["wrist"][row]}
        elif interaction == "grasp":  # what it holds is looked at
            assert row not in seen
        else:
            (grasp,) = (g for g in ours if rows["track"][g] == rows["track"][row] and g != row)
            assert {index["before"][grasp], index["wrist"][grasp]} < set(seen[row])
    assert len(seen) > 2 * len(views_of_objects(held, "train").rows)


@pytest.mark.parametrize("name", ["identity", "simclr", "curious-robot"])
def test_methods_follow_objects_when_asked(held, name):
    cls = METHODS.load(name)
    method = cls(build_trunk("alexnet", width=0.1, fc_dim=16), cls.Config(positives="followed"), 48)
    usual = cls(method.trunk, cls.Config(positives="views"), 48)
    more, fewer = (each.open_sampler({"tabletop": held}, 4, 0).size for each in (method, usual))
    assert more > fewer


def test_both_worlds_share_a_batch_of_views_and_the_arm_gives_the_rest(held, circled):
    worlds = {"tabletop": held, "turntable": circled}
    alone = InteractionSampler({"tabletop": held}, {"grasp": 4, "identity": 8}, 0)
    sampler = InteractionSampler(worlds, {"grasp": 4, "identity": 8}, 0)
    assert sampler.size == alone.size + OBJECTS
    batch = sampler(3)
    assert torch.equal(batch["grasp"]["before"], alone(3)["grasp"]["before"])
    index = batch["identity"]["index"]
    assert len(index) == 8 and (index[:4] < alone.size).all() and (index[4:] >= alone.size).all()
    for place in range(4, 8):  # two views of one circled object
        row = int(batch["identity"]["row"][place])
        ours = circled.index["image"][circled.rows["instance"] == circled.rows["instance"][row]]
        frames = [circled.frames[i] for i in ours]
        first, second = (
            batch["identity"][name][place].permute(1, 2, 0).numpy() for name in ("first", "second")
        )
        found = [[i for i, f in enumerate(frames) if np.array_equal(f, x)] for x in (first, second)]
        assert found[0] and found[1] and found[0] != found[1]


@pytest.mark.parametrize("name", ["identity", "infonce"])
def test_methods_of_views_learn_from_the_camera_alone(circled, name):
    cls = METHODS.load(name)
    settings = {"positives": "views"} if name == "infonce" else {}
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    method = cls(trunk, cls.Config(**settings), 48)
    cls.require_world("turntable", "data")
    sampler = method.open_sampler({"turntable": circled}, 4, 0)
    assert sampler.size == OBJECTS


def test_what_the_camera_cannot_teach_is_said(circled, held, turntable_dir):
    with pytest.raises(UserError, match="grasp is learned from tabletop data"):
        InteractionSampler({"turntable": circled}, {"grasp": 4, "identity": 4}, 0)
    without = Dataset.open(turntable_dir).cache()  # val and test objects alone
    with pytest.raises(UserError, match="turntable data hold too few rows to learn identity"):
        InteractionPairs({"turntable": without}, 4, 0, "identity")
    with pytest.raises(UserError, match="no views around: collect them with --wrist-views"):
        InteractionPairs({"tabletop": held}, 4, 0, "identity", "around")


def test_objects_to_learn_from_are_not_judged(circled_dir, circled):
    labelled = open_labelled(str(circled_dir))
    assert set(labelled.split) == {"val", "test"} and len(labelled.images) == 5 * VIEWS
    row = int(np.flatnonzero(circled.rows["split"] == "test")[4])
    place = int(np.flatnonzero(circled.rows["split"] != "train").searchsorted(row))
    assert np.array_equal(labelled.images[place], circled.frames[circled.index["image"][row]])
